#pragma once

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

    /// A zombie has no memory, no descriptors and no future.
    [[nodiscard]] bool lives() const { return state != 'Z' && state != 'X' && state != 'x'; }
};

/// None: there is no such process (or no /proc).
[[nodiscard]] std::optional<ProcessStat> read_process(pid_t pid);

/// The processes that /proc shows, ascending; none: it cannot be read.
[[nodiscard]] std::optional<std::vector<pid_t>> all_processes();

/// This process's children, zombies and adopted orphans included.
[[nodiscard]] std::vector<pid_t> own_children();

/// What the environment that a process was started with says of us.
struct EnvironmentTags {
    std::optional<RunId> run; ///< of the instance asked about
    bool detached_tick = false; ///< started by start_detached()
    bool empty = false; ///< there is none: it was cleared, or the process is in the middle of an exec
};

/// Empty where the environment cannot be read: another user's process, as far as that user's rights go.
[[nodiscard]] EnvironmentTags environment_tags(pid_t pid, const std::string& instance);

/// True if descriptor 1 or 2 of the process is the file at `path` (absolute, no links), be it deleted by now.
[[nodiscard]] bool writes_to(pid_t pid, const std::string& path);

/// The path of what a descriptor of ours is open on; empty: it cannot be told.
[[nodiscard]] std::string path_of_descriptor(int fd);

} // namespace escher::os
