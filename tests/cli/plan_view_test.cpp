#include <doctest/doctest.h>

#include "cli/plan_view.hpp"

using namespace escher;
using namespace escher::cli;
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

TEST_CASE("a plan is a line and a reason per job")
{
    CHECK(plan_text(example(), {.terminal = false, .color = false, .width = 80}) ==
          "3\tjob3\tmail\twould start\t\n"
          "1\tjob1\tmail\twould be refused\tthere is no task 'x'\n"
          "2\tjob2\tmail\truns\t\n"
          "4\tjob4\tmail\twaits\tqueue mail is at its limit (1/1)\n"
          "new\tjob5\tmail\twould start\tmade by schedule nightly for 2023-11-14T22:13:20Z\n"
          "-\thourly\t-\twould be skipped\t2023-11-14T22:13:20Z job 2 is unfinished\n");
    CHECK(plan_text({}, {}).empty());
}
