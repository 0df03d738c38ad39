#pragma once

#include "os/fd.hpp"

#include <escher/time.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace escher::os {

/// What the kernel says of a control group.
enum class GroupState {
    absent, ///< there is none; only an empty one can be removed, and none survives a boot
    empty, ///< no process lives in it, nor in a group below it; all that their processes had open is closed
    populated,
    unknown, ///< it cannot be told: never to be taken for an answer
};

/// What was accounted to all processes that were ever in a group; none: not accounted here.
struct GroupUsage {
    std::optional<Duration> cpu_user;
    std::optional<Duration> cpu_system;
    std::optional<std::int64_t> peak_memory_bytes; ///< of all of them together, what they cached of files included
};

/// The state of the group that `directory` is open on.
[[nodiscard]] GroupState state_of_group(int directory);

/// Sends KILL to every process in the group and below, those included that it forks meanwhile. False: it cannot be
/// done; what can be, has not been.
[[nodiscard]] bool kill_group(int directory);

/// Removes the group and the ones below it that its processes have made. False: it is still there, as long as a process
/// lives in it, or it cannot be told.
bool remove_group(const std::filesystem::path& path);

/// Owner of the control group of a run. Its directory is locked (flock) as long as this lives, so that nobody takes it
/// for one that was left behind; it is removed in the end, unless processes that were allowed to stay live in it.
class RunCgroup {
public:
    /// `directory` is open on `path`, and locked.
    RunCgroup(std::filesystem::path path, Fd directory) noexcept
        : path_(std::move(path)), directory_(std::move(directory))
    {
    }
    RunCgroup(RunCgroup&& other) noexcept = default;
    RunCgroup& operator=(RunCgroup&& other) noexcept; ///< what it owned goes with `other`
    RunCgroup(const RunCgroup&) = delete;
    RunCgroup& operator=(const RunCgroup&) = delete;
    ~RunCgroup();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// For clone_into_group(). Close-on-exec, and stays ours.
    [[nodiscard]] int directory() const { return directory_.get(); }

    [[nodiscard]] GroupState state() const;

    /// Becomes readable by POLLPRI when the state changes after the last state(), not before that has been called once.
    /// Stays ours. -1: no descriptor could be opened.
    [[nodiscard]] int events_fd();

    /// See kill_group().
    [[nodiscard]] bool kill() const { return kill_group(directory_.get()); }

    /// How many processes of the group the kernel has killed for lack of memory; none: nobody counts.
    [[nodiscard]] std::optional<std::int64_t> oom_kills() const;

    [[nodiscard]] GroupUsage usage() const;

private:
    std::filesystem::path path_;
    Fd directory_;
    Fd events_;
};

} // namespace escher::os
