#pragma once

#include <escher/job.hpp>

#include <cstdint>

namespace escher {

struct Exited {
    int code = 0;

    bool operator==(const Exited&) const = default;
};

struct Signaled {
    int signal = 0;
    bool core = false;
    bool out_of_memory = false; ///< the kernel's memory killer says it was its doing

    bool operator==(const Signaled&) const = default;
};

struct TimedOut {
    bool operator==(const TimedOut&) const = default;
};

/// Stopped on request: by a person, or because the tick itself was told to stop.
struct Cancelled {
    bool by_shutdown = false;

    bool operator==(const Cancelled&) const = default;
};

/// The program could not be executed; `error` is the errno.
struct NotStarted {
    int error = 0;
    std::string message;

    bool operator==(const NotStarted&) const = default;
};

/// Its runner died and nobody saw how it ended.
struct Lost {
    std::string message;

    bool operator==(const Lost&) const = default;
};

/// How a run ended.
using Outcome = std::variant<Exited, Signaled, TimedOut, Cancelled, NotStarted, Lost>;

/// True only for an exit with status 0.
[[nodiscard]] inline bool succeeded(const Outcome& outcome) noexcept
{
    const auto* exited = std::get_if<Exited>(&outcome);
    return exited != nullptr && exited->code == 0;
}

/// What the kernel accounted to the job's processes.
struct ResourceUsage {
    Duration cpu_user{};
    Duration cpu_system{};
    std::int64_t peak_memory_bytes =
        0; ///< of all processes together where the kernel accounts that, else of the largest single one
};

/// What a run wrote; both in bytes.
struct OutputSize {
    std::int64_t written = 0;
    std::int64_t dropped = 0; ///< cut from the middle to keep to output.max_bytes
};

/// A process, safe against reuse of its pid.
struct ProcessIdentity {
    std::int64_t pid = 0;
    std::int64_t start_ticks = 0; ///< field 22 of /proc/PID/stat, proc(5)
    std::string boot_id; ///< /proc/sys/kernel/random/boot_id, if it is the kernel's own; empty: not known

    bool operator==(const ProcessIdentity&) const = default;
};

/// Where runs can be examined from: whoever shares the kernel and the lock file. A store numbers its hosts.
enum class HostId : std::int64_t {};

/// The number of the only host of a store that knows one.
inline constexpr HostId only_host{1};

/// The tick that owns runs. `mark` is the offset of a byte of the lock file that it keeps locked while it lives.
struct RunnerIdentity {
    ProcessIdentity process;
    std::int64_t mark = 0;
    HostId host = only_host;

    bool operator==(const RunnerIdentity&) const = default;
};

/// One attempt at a job.
struct Run {
    RunId id{};
    JobId job{};
    int attempt = 1;
    Time claimed_at{};
    std::optional<Time> started_at; ///< none: not yet known to have been executed
    std::optional<Time> ended_at;
    std::optional<Outcome> outcome; ///< none while it runs
    ResourceUsage usage;
    OutputSize output;
    RunnerIdentity runner;
    std::optional<ProcessIdentity> process; ///< the main process; its pid is also its session
};

} // namespace escher
