#include <doctest/doctest.h>

#include "json/schedule_json.hpp"

using namespace escher;
using namespace std::chrono_literals;

namespace {

std::string written(const ScheduleStanding& schedule)
{
    JsonWriter json;
    write_schedule(json, schedule);
    return json.text();
}

} // namespace

TEST_CASE("a schedule that was never due has null for its last due time")
{
    ScheduleStanding schedule;
    schedule.name = "nightly";
    schedule.recurrence = "30 3 * * *";
    schedule.enabled = true;
    schedule.next = Time(1'700'000'000s);
    CHECK(written(schedule) == R"({"name":"nightly","recurrence":"30 3 * * *","in_config":true,"enabled":true,)"
                               R"("last":null,"next":"2023-11-14T22:13:20Z"})");
}

TEST_CASE("a schedule that the config has no more has its last due time, and what became of it")
{
    ScheduleStanding schedule;
    schedule.name = "old";
    schedule.last = Occurrence{.schedule = "old",
                               .nominal_at = Time(1'700'000'000s),
                               .result = OccurrenceResult::created,
                               .reason = "",
                               .job = JobId{17},
                               .decided_at = {}};
    schedule.last_state = JobState::completed;
    CHECK(
        written(schedule) ==
        R"({"name":"old","recurrence":null,"in_config":false,"enabled":false,"last":{"nominal_at":)"
        R"("2023-11-14T22:13:20Z","result":"created","reason":null,"job":17,"job_state":"completed"},"next":null})");
    schedule.last->result = OccurrenceResult::skipped;
    schedule.last->reason = "job 16 is unfinished";
    schedule.last->job.reset();
    schedule.last_state.reset();
    CHECK(written(schedule).find(
              R"("result":"skipped","reason":"job 16 is unfinished","job":null,"job_state":null})") !=
          std::string::npos);
}
