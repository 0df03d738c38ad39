#pragma once

#include "app/plan.hpp"

namespace escher::test {

inline PlannedJob planned(std::int64_t id, PlannedJob::Action action, const std::string& reason)
{
    PlannedJob one;
    one.job.id = JobId{id};
    one.job.name = "job" + std::to_string(id);
    one.job.queue = "mail";
    one.action = action;
    one.reason = reason;
    return one;
}

/// One job of each kind, and a due time that makes none.
inline Plan example_plan()
{
    Plan plan;
    plan.at = Time(std::chrono::seconds(1'700'000'000));
    plan.jobs = {planned(3, PlannedJob::Action::start, ""),
                 planned(1, PlannedJob::Action::refuse, "there is no task 'x'"),
                 planned(2, PlannedJob::Action::run, ""),
                 planned(4, PlannedJob::Action::wait, "queue mail is at its limit (1/1)")};
    PlannedJob made = planned(5, PlannedJob::Action::start, "");
    made.is_new = true;
    made.job.schedule = "nightly";
    made.job.nominal_at = plan.at;
    plan.jobs.push_back(made);
    plan.occurrences = {{.schedule = "hourly",
                         .nominal_at = plan.at,
                         .result = OccurrenceResult::skipped,
                         .reason = "job 2 is unfinished",
                         .job = {},
                         .decided_at = plan.at}};
    return plan;
}

} // namespace escher::test
