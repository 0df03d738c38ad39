#pragma once

#include "os/fd.hpp"

#include <escher/run.hpp>

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace escher::os {

/// What /proc/PID/stat says of a process; see proc(5).
struct ProcessStat {
    pid_t pid = 0;
    char state = '?';
    pid_t parent = 0;
    pid_t session = 0;
    std::int64_t start_ticks = 0;
    int threads = 1;
    bool exiting = false; ///< its main thread is on its way out: memory and descriptors go, orphans come

    /// A zombie has no memory, no descriptors and no future, unless it is only the main thread that has ended.
    [[nodiscard]] bool lives() const { return (state != 'Z' && state != 'X' && state != 'x') || threads > 1; }
};

// Each of these throws Error where the system fails to answer (no descriptor, no memory, no /proc): that is not an answer.

/// None: there is no such process, or it is another user's and /proc hides those, be it by the name or by the content
/// (hidepid=2 or 1).
[[nodiscard]] std::optional<ProcessStat> read_process(pid_t pid);

/// The real, effective, saved and file system user of a process; empty: it is gone, or hidden.
[[nodiscard]] std::vector<uid_t> users_of(pid_t pid);

/// True if the process executes the file that we do, or the one that stands at its path by now, and all as our user: the kernel
/// says so, whatever the process may say of itself. False where it cannot be told.
[[nodiscard]] bool is_our_program(pid_t pid);

/// The processes that /proc shows, ascending.
[[nodiscard]] std::vector<pid_t> all_processes();

/// This process's children, zombies and adopted orphans included.
class OwnChildren {
public:
    /// Opens the list, so that it can be read where no descriptor is left. Of the thread that calls; once.
    void open();

    /// If none of them dies meanwhile, none is missing.
    [[nodiscard]] std::vector<pid_t> read();

private:
    Fd list_; ///< none: not opened yet, or this kernel has no such list
    bool from_all_ = false; ///< a kernel without CONFIG_PROC_CHILDREN
};

/// What the environment that a process was started with says of us.
struct EnvironmentTags {
    enum class Sight {
        seen,
        empty, ///< there is none: it was cleared, or the process is in the middle of an exec, or ending
        refused, ///< it is not shown to this user: another user's process, or one that cannot be dumped
        gone, ///< there is no such process
    };
    Sight sight = Sight::gone;
    std::optional<RunId> run; ///< of the instance asked about
    bool detached_tick = false; ///< started by start_detached()
};

[[nodiscard]] EnvironmentTags environment_tags(pid_t pid, const std::string& instance);

/// True if descriptor 1 or 2 of the process is the file at `path` (absolute, no links), be it deleted by now. False too
/// where that is not shown to this user: see EnvironmentTags::Sight::refused.
[[nodiscard]] bool writes_to(pid_t pid, const std::string& path);

/// The path of what a descriptor of ours is open on; empty: it cannot be told.
[[nodiscard]] std::string path_of_descriptor(int fd);

/// Field 22 of /proc/PID/stat, had the process been started now.
[[nodiscard]] std::int64_t ticks_since_boot();

} // namespace escher::os
