#include "app/run_facts.hpp"

#include "app/eta.hpp"

#include <algorithm>

namespace escher {

std::optional<Duration> duration_of(const Run& run, Time now)
{
    if (!run.started_at)
        return std::nullopt;
    // A clock that was set back makes no negative durations.
    return std::max(run.ended_at.value_or(now) - *run.started_at, Duration(0));
}

std::optional<Time> expected_end(const Job& job, Time now)
{
    if (job.state != JobState::running || !job.progress || !job.started_at)
        return std::nullopt;
    EtaEstimate estimate(*job.started_at);
    estimate.observe(*job.progress);
    const auto left = estimate.remaining(now);
    return left ? std::optional(now + *left) : std::nullopt;
}

} // namespace escher
