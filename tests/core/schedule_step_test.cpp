#include "core/schedule_step.hpp"

#include "core/text.hpp"
#include "core/time_text.hpp"
#include "schedule_world.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

/// "created 2026-01-01T00:00:00Z", one for each row; with a reason where there is one.
std::string told(const ScheduleOutcome& outcome)
{
    std::string text;
    for (const NewOccurrence& row : outcome.step.occurrences) {
        const Occurrence& occurrence = row.occurrence;
        CHECK((occurrence.result == OccurrenceResult::created) == row.creates.has_value());
        text += (text.empty() ? "" : "; ") + std::string(text_of(occurrence.result)) + " " +
                format_rfc3339(occurrence.nominal_at, Zone::utc()).substr(5, 11);
        if (!occurrence.reason.empty())
            text += " (" + occurrence.reason + ")";
    }
    return text;
}

ScheduleWorld world_with(Schedule schedule)
{
    ScheduleWorld world;
    world.schedules.push_back(std::move(schedule));
    CHECK(told(world.step("2026-03-01T00:00:30Z")) == "");
    return world;
}

Schedule hourly(const std::string& name = "hourly")
{
    return make_schedule(name, "0 * * * *");
}

} // namespace

TEST_CASE("a due time creates one job that knows its schedule and its due time")
{
    ScheduleWorld world = world_with(hourly());
    CHECK(told(world.step("2026-03-01T00:59:59.999Z")) == "");
    CHECK(world.asked == 0);
    const ScheduleOutcome outcome = world.step("2026-03-01T01:00:01Z");
    REQUIRE(told(outcome) == "created 03-01T01:00");
    const NewJob& job = *outcome.step.occurrences.front().creates;
    CHECK(std::get<TaskCall>(job.work).task == "schedule:hourly");
    CHECK(job.name == "hourly");
    CHECK(job.queue == "night");
    CHECK(job.priority == 7);
    CHECK(job.schedule == "hourly");
    CHECK(job.created_by == "tester");
    CHECK(job.nominal_at == at("2026-03-01T01:00:00Z"));
    CHECK(job.run_at == at("2026-03-01T01:00:00Z"));
    CHECK(job.after.empty());
    CHECK(outcome.step.occurrences.front().occurrence.decided_at == at("2026-03-01T01:00:01Z"));
    CHECK(outcome.step.evaluated_until == at("2026-03-01T01:00:01Z"));
    CHECK(told(world.step("2026-03-01T01:00:02Z")) == "");
}

TEST_CASE("a schedule that is new, renamed, changed or enabled again starts from now")
{
    ScheduleWorld world = world_with(hourly());
    CHECK(world.memory.marks.at("hourly").since == at("2026-03-01T00:00:30Z"));
    const auto expect_new_start = [&](const std::string& now) {
        CAPTURE(now);
        CHECK(told(world.step(at(now))) == "");
        CHECK(world.memory.marks.at(world.schedules[0].name).since == at(now));
        CHECK(told(world.step(at(now) + 1h)) != "");
    };
    world.schedules[0].name = "renamed";
    expect_new_start("2026-03-02T00:00:00Z");
    world.schedules[0] = make_schedule("renamed", "5 * * * *");
    expect_new_start("2026-03-03T00:00:00Z");
    world.schedules[0].zone_name = "Europe/Berlin";
    expect_new_start("2026-03-04T00:00:00Z");
    world.schedules[0].call.params["day"] = "1";
    expect_new_start("2026-03-05T00:00:00Z");
    world.schedules[0].call.params["day"] = "12";
    expect_new_start("2026-03-06T00:00:00Z");
    world.schedules[0].enabled = false;
    CHECK(told(world.step("2026-03-07T00:00:00Z")) == "");
    CHECK(told(world.step("2026-03-07T12:00:00Z")) == "");
    world.schedules[0].enabled = true;
    expect_new_start("2026-03-08T00:00:00Z");
    // How it is run may change at any time.
    world.schedules[0].overlap = Overlap::allow;
    world.schedules[0].catch_up = CatchUp::all;
    CHECK(told(world.step("2026-03-08T03:00:00Z")) == "created 03-08T01:05; created 03-08T02:05");
    CHECK(world.step("2026-03-08T03:00:01Z").step.marks.empty());
}

TEST_CASE("marks are found whatever the order of the schedules")
{
    ScheduleWorld world;
    for (const char* name : {"m", "c", "z", "a", "n"})
        world.schedules.push_back(hourly(name));
    world.memory.marks["b"] = {"b", "gone", at("2026-01-01T00:00:00Z"), ""};
    CHECK(world.step("2026-03-01T00:00:30Z").step.marks.size() == 5);
    const ScheduleOutcome outcome = world.step("2026-03-01T01:00:30Z");
    CHECK(outcome.step.marks.empty());
    CHECK(outcome.step.occurrences.size() == 5);
}

TEST_CASE("catch_up = latest runs once for all that was missed")
{
    ScheduleWorld world = world_with(hourly());
    CHECK(told(world.step("2026-03-01T03:30:00Z")) ==
          "coalesced 03-01T01:00 (into the job of 2026-03-01T03:00:00Z); "
          "coalesced 03-01T02:00 (into the job of 2026-03-01T03:00:00Z); created 03-01T03:00");
}

TEST_CASE("catch_up = none skips what is more than two minutes late")
{
    Schedule schedule = make_schedule("often", "*/2 * * * *");
    schedule.catch_up = CatchUp::none;
    schedule.overlap = Overlap::allow;
    ScheduleWorld world = world_with(schedule);
    CHECK(told(world.step("2026-03-01T00:07:00Z")) ==
          "skipped 03-01T00:02 (catch-up: missed by 5 m, and catch_up is \"none\"); "
          "skipped 03-01T00:04 (catch-up: missed by 3 m, and catch_up is \"none\"); created 03-01T00:06");
    CHECK(told(world.step("2026-03-01T00:10:00Z")) == "created 03-01T00:08; created 03-01T00:10");
}

TEST_CASE("catch_up = all runs each, the oldest first, at most 1000")
{
    Schedule schedule = make_schedule("minutely", "* * * * *");
    schedule.catch_up = CatchUp::all;
    schedule.overlap = Overlap::allow;
    ScheduleWorld world = world_with(schedule);
    CHECK(told(world.step("2026-03-01T00:02:10Z")) == "created 03-01T00:01; created 03-01T00:02");
    const ScheduleOutcome few = world.step("2026-03-01T16:42:00Z");
    CHECK(few.step.occurrences.size() == 1000);
    CHECK(few.step.occurrences.back().creates);
    CHECK(few.warnings.empty());
    const ScheduleOutcome more = world.step("2026-03-02T10:00:00Z");
    REQUIRE(more.step.occurrences.size() == 1038);
    CHECK(more.step.occurrences[999].creates);
    CHECK(more.step.occurrences[1000].occurrence.reason == "catch-up: more than 1000 were missed");
    CHECK(more.step.occurrences.back().occurrence.result == OccurrenceResult::skipped);
    REQUIRE(more.warnings.size() == 1);
    CHECK(more.warnings.front().find("schedule 'minutely': more than 1000") == 0);
}

TEST_CASE("when years were missed one row stands for the many in the middle")
{
    for (const CatchUp catch_up : {CatchUp::latest, CatchUp::none, CatchUp::all}) {
        Schedule schedule = make_schedule("minutely", "* * * * *");
        schedule.catch_up = catch_up;
        schedule.overlap = Overlap::allow;
        ScheduleWorld world = world_with(schedule);
        const ScheduleOutcome outcome = world.step("2026-03-11T00:00:00Z");
        REQUIRE(outcome.step.occurrences.size() == 2001);
        const Occurrence& middle = outcome.step.occurrences[1000].occurrence;
        CHECK(middle.result != OccurrenceResult::created);
        CHECK(middle.reason.find("; stands for 12400 due times from 2026-03-01T16:41:00Z on") != std::string::npos);
        CHECK(middle.nominal_at + 1min == outcome.step.occurrences[1001].occurrence.nominal_at);
        CHECK(outcome.step.occurrences.back().occurrence.nominal_at == at("2026-03-11T00:00:00Z"));
        CHECK(outcome.step.occurrences.back().creates.has_value() == (catch_up != CatchUp::all));

        const ScheduleOutcome years = world.step("2036-03-11T00:00:00Z");
        REQUIRE(years.step.occurrences.size() == 2001);
        CHECK(years.step.occurrences[1000].occurrence.reason.find("at least ") != std::string::npos);
        CHECK(years.step.occurrences.back().occurrence.nominal_at == at("2036-03-11T00:00:00Z"));
        CHECK_FALSE(world.twice);
    }
}

TEST_CASE("a job that could only start after the deadline is skipped")
{
    Schedule schedule = hourly();
    schedule.deadline = 10min;
    schedule.catch_up = CatchUp::all;
    schedule.overlap = Overlap::allow;
    ScheduleWorld world = world_with(schedule);
    CHECK(told(world.step("2026-03-01T02:10:00Z")) ==
          "skipped 03-01T01:00 (deadline: could start only 1 h 10 m late, 10m are allowed); created 03-01T02:00");
    CHECK(told(world.step("2026-03-01T03:10:00.001Z")) ==
          "skipped 03-01T03:00 (deadline: could start only 10 m late, 10m are allowed)");
}

TEST_CASE("overlap = skip skips while a job of the schedule is unfinished")
{
    ScheduleWorld world = world_with(hourly());
    world.unfinished["hourly"] = {JobId{12}, JobId{13}};
    CHECK(told(world.step("2026-03-01T02:00:00Z")) == "skipped 03-01T01:00 (overlap: job 12 is unfinished); "
                                                      "skipped 03-01T02:00 (overlap: job 12 is unfinished)");
    world.unfinished.clear();
    world.schedules[0].catch_up = CatchUp::all;
    CHECK(told(world.step("2026-03-01T04:00:00Z")) ==
          "created 03-01T03:00; skipped 03-01T04:00 (overlap: the job of an earlier due time is unfinished)");
}

TEST_CASE("overlap = queue lets one job wait for the unfinished one")
{
    Schedule schedule = hourly();
    schedule.overlap = Overlap::queue;
    ScheduleWorld world = world_with(schedule);
    world.unfinished["hourly"] = {JobId{12}};
    const ScheduleOutcome outcome = world.step("2026-03-01T01:00:00Z");
    REQUIRE(told(outcome) == "created 03-01T01:00");
    CHECK(outcome.step.occurrences[0].creates->after == std::vector<Dependency>{{JobId{12}, true}});
    world.unfinished["hourly"].push_back(JobId{14});
    CHECK(told(world.step("2026-03-01T02:00:00Z")) ==
          "skipped 03-01T02:00 (overlap: job 12 is unfinished, and no more than one may wait behind it)");
}

TEST_CASE("overlap = replace cancels what is unfinished")
{
    Schedule schedule = hourly();
    schedule.overlap = Overlap::replace;
    schedule.catch_up = CatchUp::all;
    ScheduleWorld world = world_with(schedule);
    world.unfinished["hourly"] = {JobId{12}, JobId{13}};
    const ScheduleOutcome outcome = world.step("2026-03-01T02:00:00Z");
    REQUIRE(told(outcome) == "coalesced 03-01T01:00 (into the job of 2026-03-01T02:00:00Z); created 03-01T02:00");
    CHECK(outcome.step.occurrences[1].replaces == std::vector<JobId>{JobId{12}, JobId{13}});
}

TEST_CASE("what falls due while its queue is paused is skipped")
{
    ScheduleWorld world = world_with(hourly());
    world.schedules[0].catch_up = CatchUp::all;
    world.schedules[0].overlap = Overlap::allow;
    world.pauses.push_back({"other", at("2026-03-01T00:00:00Z"), {}, "", ""});
    world.pauses.push_back({"night", at("2026-03-01T01:30:00Z"), at("2026-03-01T04:00:00Z"), "ann", "upgrade"});
    CHECK(told(world.step("2026-03-01T03:30:00Z")) ==
          "created 03-01T01:00; skipped 03-01T02:00 (paused: queue 'night': upgrade); "
          "skipped 03-01T03:00 (paused: queue 'night': upgrade)");
    CHECK(told(world.step("2026-03-01T04:00:00Z")) == "created 03-01T04:00");
    world.pauses = {{"", at("2026-03-01T04:30:00Z"), {}, "", ""}};
    CHECK(told(world.step("2026-03-01T05:00:00Z")) == "skipped 03-01T05:00 (paused: all queues)");
}

TEST_CASE("jitter moves the start, not the due time, and is always the same")
{
    Schedule schedule = hourly();
    schedule.jitter = 10min;
    schedule.overlap = Overlap::allow;
    schedule.catch_up = CatchUp::all;
    ScheduleWorld world = world_with(schedule);
    const ScheduleOutcome outcome = world.step("2026-03-05T00:00:00Z");
    std::set<Duration> jitters;
    for (const NewOccurrence& row : outcome.step.occurrences) {
        const NewJob& job = row.creates.value();
        const Duration jitter = *job.run_at - *job.nominal_at;
        CHECK(job.nominal_at == row.occurrence.nominal_at);
        CHECK(jitter >= 0ms);
        CHECK(jitter <= 10min);
        CHECK(next_occurrence(schedule, "host", *job.nominal_at - 1ms) == job.run_at);
        jitters.insert(jitter);
    }
    CHECK(jitters.size() > 90);
    const Time after = at("2026-03-01T00:30:00Z");
    CHECK(next_occurrence(schedule, "host", after) != next_occurrence(schedule, "another", after));
    schedule.enabled = false;
    CHECK_FALSE(next_occurrence(schedule, "host", after));
    CHECK_FALSE(next_occurrence(make_schedule("boot", "@reboot"), "host", after));
}

TEST_CASE("daylight saving leaves a row for each time that it dropped")
{
    ScheduleWorld world;
    world.schedules.push_back(make_schedule("night", "0,30 2 * * *", "Europe/Berlin"));
    world.schedules[0].overlap = Overlap::allow;
    world.step("2026-03-28T12:00:00Z");
    CHECK(told(world.step("2026-03-29T01:00:00Z")) ==
          "created 03-29T01:00 (2026-03-29 02:00 and others do not exist, the clocks go from 02:00 to 2026-03-29 "
          "03:00: due once, right then)");
    CHECK(told(world.step("2026-03-29T01:30:00Z")) ==
          "dropped 03-29T01:30 (2026-03-29 02:30 does not exist, and an earlier time that does not either was due "
          "instead)");
    world.step("2026-10-24T12:00:00Z");
    CHECK(told(world.step("2026-10-25T00:00:00Z")) ==
          "created 10-25T00:00 (02:00 comes twice on 2026-10-25: due the first time)");
    CHECK(told(world.step("2026-10-25T02:00:00Z")) ==
          "created 10-25T00:30 (02:30 comes twice on 2026-10-25: due the first time); "
          "dropped 10-25T01:00 (02:00 comes twice on 2026-10-25: the first one counts); "
          "dropped 10-25T01:30 (02:30 comes twice on 2026-10-25: the first one counts)");
    CHECK_FALSE(world.twice);
}

TEST_CASE("a clock that goes back creates nothing twice")
{
    ScheduleWorld world = world_with(hourly());
    CHECK(told(world.step("2026-03-01T03:00:00Z")) != "");
    const ScheduleOutcome back = world.step("2026-03-01T01:30:00Z");
    CHECK(told(back) == "");
    CHECK(back.warnings.empty());
    CHECK(back.step.evaluated_until == at("2026-03-01T03:00:00Z"));
    CHECK(told(world.step("2026-03-01T02:30:00Z")) == "");
    CHECK(told(world.step("2026-03-01T04:00:00Z")) == "created 03-01T04:00");
    CHECK(world.step("2026-02-20T00:00:00Z").warnings ==
          std::vector<std::string>{"the clock reads 2026-02-20T00:00:00Z: no schedule is due before "
                                   "2026-03-01T04:00:00Z, as all until then is decided"});
    CHECK_FALSE(world.twice);
}

TEST_CASE("a clock that reads years too early holds all schedules")
{
    ScheduleWorld world = world_with(hourly());
    world.schedules.push_back(hourly("new"));
    const ScheduleOutcome early = world.step("2025-02-01T00:00:00Z");
    CHECK(told(early) == "");
    CHECK(early.step.marks.empty());
    CHECK(early.step.evaluated_until == at("2026-03-01T00:00:30Z"));
    REQUIRE(early.warnings.size() == 1);
    CHECK(early.warnings[0] == "the clock reads 2025-02-01T00:00:00Z, but schedules were evaluated until "
                               "2026-03-01T00:00:30Z: all schedules are held until it is set");
    const ScheduleOutcome boot = world.step("1970-01-01T00:00:12Z");
    CHECK(told(boot) == "");
    CHECK(boot.warnings == std::vector<std::string>{"the clock reads 1970-01-01T00:00:12Z, which cannot be: all "
                                                    "schedules are held until it is set"});
    CHECK(told(world.step("2026-03-01T01:00:00Z")) == "created 03-01T01:00");

    ScheduleWorld fresh;
    fresh.schedules.push_back(hourly());
    CHECK(fresh.step("1970-01-01T00:00:12Z").step.marks.empty());
    CHECK(told(fresh.step("2026-03-01T01:00:00Z")) == "");
    CHECK(told(fresh.step("2026-03-01T02:00:00Z")) == "created 03-01T02:00");
}

TEST_CASE("@reboot runs once per boot, from the boot after it was first seen")
{
    ScheduleWorld world = world_with(make_schedule("start", "@reboot"));
    CHECK(told(world.step("2026-03-01T00:01:00Z")) == "");
    world.boot_id = "boot-2";
    CHECK(told(world.step("2026-03-01T09:00:05Z")) == "created 03-01T09:00");
    CHECK(told(world.step("2026-03-01T09:01:00Z")) == "");
    CHECK(world.memory.marks.at("start").since == at("2026-03-01T00:00:30Z"));
    // Even with a clock that went back meanwhile.
    world.boot_id = "boot-3";
    CHECK(told(world.step("2026-03-01T08:00:00Z")) == "created 03-01T08:00");
    world.boot_id = "boot-4";
    world.unfinished["start"] = {JobId{3}};
    CHECK(told(world.step("2026-03-01T10:00:00Z")) == "skipped 03-01T10:00 (overlap: job 3 is unfinished)");
    world.boot_id = "";
    CHECK(told(world.step("2026-03-01T11:00:00Z")) == "");
}
