#pragma once

#include <escher/job.hpp>

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace escher::os {

/// What every process of a run carries: the run's number, written into a resource limit that bounds nothing.
///
/// Resource limits pass to each child and survive exec(2), setsid(2), a cleared environment, redirected output and a change
/// of user. The kernel shows them even of a process that cannot be dumped: prlimit(2) to its user and to root,
/// /proc/PID/limits to everybody, unless /proc is mounted with hidepid.
/// The soft limit of RLIMIT_RTTIME concerns processes with a real-time policy only (sched(7)) and is counted in microseconds
/// of processor time: from 2^62 on, 146,000 years, it never strikes. A process that sets this limit itself loses the tag.
///
///     2^62 + (hash of the instance, 22 bits) * 2^40 + run
struct RunTag {
    enum class Sight {
        tagged, ///< `run` of the instance asked about
        untagged, ///< of no run of that instance, or it has set the limit itself
        gone, ///< there is no such process, it is ending, or it is another user's that /proc hides
    };
    Sight sight = Sight::gone;
    RunId run{};
};

/// The limit that tags a process as the run's; none: an administrator's hard limit leaves no room for it.
[[nodiscard]] std::optional<rlimit> run_tag(RunId run, const std::string& instance);

/// True if processes that this one starts can be tagged.
[[nodiscard]] bool tags_are_possible();

/// Throws Error if the system fails to answer.
[[nodiscard]] RunTag read_run_tag(pid_t pid, const std::string& instance);

/// Takes the tag off this process, and so off what it starts from now on. Async-signal-safe.
void drop_run_tag() noexcept;

} // namespace escher::os
