#pragma once

#include <escher/job.hpp>
#include <escher/policy.hpp>
#include <escher/store.hpp>

namespace escher {

/// `base` with what `overrides` says in its place.
[[nodiscard]] JobPolicy apply(JobPolicy base, const PolicyOverrides& overrides);

/// True where a row's own word on its queue, stdin and schedule counts: nobody but the tick's user can have written it, or who
/// has may do all that the tick's user can.
[[nodiscard]] inline bool rows_are_believed(const Policies& policies)
{
    return policies.rows_are_ours || policies.commands == CommandTrust::any;
}

/// Where a job of this work goes, and with which priority, unless it says so itself: [defaults] < [queue] < [task].
[[nodiscard]] Intake intake_of(const Policies& policies, const Work& work);

/// The policy of a stored job: built-in < [defaults] < [queue] < [task] < the row. Where commands are not trusted, a
/// row may shorten its timeout and lower its retries, but not raise them. Where rows are not believed, the queue is the
/// one where its work belongs, wherever the row stands.
[[nodiscard]] JobPolicy policy_of(const Policies& policies, const Job& job);

} // namespace escher
