#include "app/job_facts.hpp"

#include "app/eta.hpp"
#include "app/known_argv.hpp"
#include "core/policy.hpp"

#include <algorithm>

namespace escher {

JobFacts job_facts(Session& session, Store& store, Why& why, Job job, Time now)
{
    JobFacts facts{.job = std::move(job), .runs = {}, .reason = {}, .expected_end = {}, .argv = {}};
    facts.runs = store.runs(facts.job.id);
    facts.reason = why.reason_of(facts.job);
    facts.expected_end = expected_end(facts.job, now);
    facts.argv = known_argv(session.config().policies, facts.job.work);
    return facts;
}

JobSheet job_sheet(Session& session, Store& store, Why& why, Job job, Time now)
{
    const JobId id = job.id;
    JobSheet sheet{.facts = job_facts(session, store, why, std::move(job), now),
                   .messages = store.messages(id),
                   .notes = store.notes(id),
                   .policy = {}};
    sheet.policy = policy_of(session.config().policies, sheet.facts.job);
    return sheet;
}

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
