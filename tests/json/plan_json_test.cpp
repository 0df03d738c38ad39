#include <doctest/doctest.h>

#include "json/plan_json.hpp"

using namespace escher;
using namespace std::chrono_literals;

namespace {

PlannedJob planned(std::int64_t id, PlannedJob::Action action, const std::string& reason)
{
    PlannedJob one;
    one.job.id = JobId{id};
    one.job.name = "job" + std::to_string(id);
    one.job.queue = "mail";
    one.action = action;
    one.reason = reason;
    return one;
}

Plan example()
{
    Plan plan;
    plan.at = Time(1'700'000'000s);
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

} // namespace

TEST_CASE("the JSON of a plan has null for the id of a job that is not there yet")
{
    const std::string json = plan_json(example());
    CHECK(json.starts_with(R"({"schema":1,"at":"2023-11-14T22:13:20Z","jobs":[{"id":3,"name":"job3","queue":"mail",)"
                           R"("action":"start","reason":null,"schedule":null,"nominal_at":null},)"));
    CHECK(json.find(R"({"id":null,"name":"job5","queue":"mail","action":"start","reason":null,"schedule":"nightly",)"
                    R"("nominal_at":"2023-11-14T22:13:20Z"})") != std::string::npos);
    CHECK(json.find(R"("occurrences":[{"schedule":"hourly","nominal_at":"2023-11-14T22:13:20Z","result":"skipped",)"
                    R"("reason":"job 2 is unfinished"}],"warnings":[]})") != std::string::npos);
}
