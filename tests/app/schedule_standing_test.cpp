#include <doctest/doctest.h>

#include "app/find_schedule.hpp"
#include "app/known_jobs.hpp"
#include "app/next_times.hpp"
#include "app/schedule_standing.hpp"
#include "core/zone.hpp"

#include <escher/error.hpp>

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time now(1'700'000'000s); // 2023-11-14T22:13:20Z

Schedule quarterly(const std::string& name)
{
    Schedule schedule;
    schedule.name = name;
    schedule.recurrence = Every{15min};
    schedule.text = "15m";
    schedule.zone_name = "UTC";
    schedule.zone = std::make_shared<const Zone>(Zone::utc());
    return schedule;
}

Config with(std::vector<Schedule> schedules)
{
    Config config;
    config.schedules = std::move(schedules);
    return config;
}

void decide(Store& store, const std::string& schedule, std::optional<NewJob> job)
{
    ScheduleStep step;
    NewOccurrence one;
    one.occurrence.schedule = schedule;
    one.occurrence.nominal_at = now - 15min;
    one.occurrence.result = job ? OccurrenceResult::created : OccurrenceResult::skipped;
    one.creates = std::move(job);
    step.occurrences.push_back(std::move(one));
    step.evaluated_until = now;
    REQUIRE(store.record_schedules(step, now));
}

} // namespace

TEST_CASE("a schedule of the config stands before its first due time")
{
    test::KnownJobs store;
    const ScheduleStanding standing = schedule_standing(quarterly("s"), store, now);
    CHECK(standing.in_config());
    CHECK(standing.enabled);
    CHECK(standing.recurrence == "15m");
    CHECK_FALSE(standing.last);
    CHECK(standing.next == Time(1'700'000'100s));
}

TEST_CASE("a disabled schedule has no next time")
{
    test::KnownJobs store;
    Schedule schedule = quarterly("s");
    schedule.enabled = false;
    const ScheduleStanding standing = schedule_standing(schedule, store, now);
    CHECK_FALSE(standing.enabled);
    CHECK_FALSE(standing.next);
}

TEST_CASE("a schedule that only the database knows stands by what became of it")
{
    test::KnownJobs store;
    NewJob job;
    job.work = escher::Command{{"true"}};
    decide(store, "old", job);
    const ScheduleStanding standing = schedule_standing(with({quarterly("new")}), "old", store, now);
    CHECK_FALSE(standing.in_config());
    CHECK_FALSE(standing.next);
    REQUIRE(standing.last);
    CHECK(standing.last->job.has_value());
    CHECK(standing.last_state == JobState::available);
}

TEST_CASE("a schedule that nobody knows is a slip of the hand")
{
    test::KnownJobs store;
    const Config config = with({quarterly("nightly")});
    try {
        (void)schedule_standing(config, "nigthly", store, now);
        FAIL("it was found");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(std::string(error.what()).find("nightly") != std::string::npos);
    }
    CHECK(find_schedule(config, "nigthly") == nullptr);
    CHECK(find_schedule(config, "nightly") == &config.schedules.front());
}

TEST_CASE("the next times of a schedule have its name, its zone and its jitter")
{
    Schedule schedule = quarterly("s");
    schedule.jitter = 10min;
    schedule.enabled = false;
    const NextTimes next = next_times(schedule, now, 2);
    CHECK(next.schedule == "s");
    CHECK(next.zone_name == "UTC");
    CHECK_FALSE(next.enabled);
    CHECK(next.jitter == 10min);
    REQUIRE(next.times.size() == 2);
    CHECK(next.times[0].at == Time(1'700'000'100s));
    CHECK(next.times[0].due >= next.times[0].at);
    CHECK(next.times[0].due <= next.times[0].at + 10min);
}
