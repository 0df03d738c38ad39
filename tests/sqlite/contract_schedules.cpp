#include "contract.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

namespace {

NewOccurrence due(const std::string& schedule, Time at, OccurrenceResult result = OccurrenceResult::created)
{
    NewOccurrence one;
    one.occurrence.schedule = schedule;
    one.occurrence.nominal_at = at;
    one.occurrence.result = result;
    one.occurrence.decided_at = start;
    if (result == OccurrenceResult::created) {
        auto job = command();
        job.schedule = schedule;
        job.nominal_at = at;
        one.creates = job;
    } else {
        one.occurrence.reason = "overlap";
    }
    return one;
}

} // namespace

TEST_CASE("schedules are remembered as they were recorded")
{
    const auto store = new_store();
    CHECK(store->schedule_memory().marks.empty());
    CHECK_FALSE(store->schedule_memory().evaluated_until);
    ScheduleStep step;
    step.marks = {{"b", "0 3 * * *", start, ""}, {"a", "@reboot", start, "boot"}};
    step.evaluated_until = start + minutes(1);
    CHECK(store->record_schedules(step, start).value().empty());
    step.evaluated_from = step.evaluated_until;
    step.marks = {{"b", "0 4 * * *", start + hours(1), ""}};
    step.evaluated_until = start + minutes(2);
    store->record_schedules(step, start);
    const auto memory = store->schedule_memory();
    CHECK(memory.evaluated_until == start + minutes(2));
    REQUIRE(memory.marks.size() == 2);
    CHECK(memory.marks.at("a").boot_id == "boot");
    CHECK(memory.marks.at("b").definition == "0 4 * * *");
    CHECK(memory.marks.at("b").since == start + hours(1));
}

TEST_CASE("a due time creates one job, however often it is recorded")
{
    const auto store = new_store();
    ScheduleStep step;
    step.occurrences = {due("nightly", start), due("nightly", start + hours(24), OccurrenceResult::skipped)};
    step.evaluated_until = start;
    const auto recorded = store->record_schedules(step, start).value();
    REQUIRE(recorded.size() == 2);
    REQUIRE(recorded[0].job);
    CHECK(store->find(*recorded[0].job)->nominal_at == start);
    step.evaluated_from = step.evaluated_until;
    CHECK(store->record_schedules(step, start).value().empty());
    CHECK(store->summary().jobs.at(JobState::available) == 1);
    const auto newest = store->occurrences("nightly", 9);
    REQUIRE(newest.size() == 2);
    CHECK(newest[0].result == OccurrenceResult::skipped);
    CHECK(newest[0].reason == "overlap");
    CHECK_FALSE(newest[0].job);
    CHECK(newest[1].job == recorded[0].job);
    CHECK(store->occurrences("nightly", 1).size() == 1);
    CHECK(store->occurrences("other", 9).empty());
}

TEST_CASE("a job that is replaced is cancelled before its successor is created")
{
    const auto store = new_store();
    ScheduleStep step;
    step.occurrences = {due("nightly", start)};
    const auto old = store->record_schedules(step, start).value().at(0).job.value();
    const std::vector<std::string> names{"nightly", "other"};
    auto unfinished = store->unfinished_of(names);
    CHECK(unfinished["nightly"] == std::vector{old});
    CHECK(unfinished["other"].empty());
    step.occurrences = {due("nightly", start + hours(1))};
    step.occurrences[0].replaces = {old};
    step.evaluated_from = step.evaluated_until;
    const auto fresh = store->record_schedules(step, start).value().at(0).job.value();
    CHECK(state_of(*store, old) == JobState::cancelled);
    CHECK(store->find(old)->reason.find("nightly") != std::string::npos);
    CHECK(store->unfinished_of(names)["nightly"] == std::vector{fresh});
}

TEST_CASE("due times decided long ago leave the ledger when the schedule is due again")
{
    const auto store = new_store();
    ScheduleStep step;
    step.occurrences = {due("daily", start), due("yearly", start)};
    store->record_schedules(step, start);
    const Time later = start + hours(24 * 91);
    step.occurrences = {due("daily", later)};
    step.evaluated_from = step.evaluated_until;
    store->record_schedules(step, later);
    CHECK(store->occurrences("daily", 9).size() == 1);
    CHECK(store->occurrences("daily", 9).at(0).nominal_at == later);
    CHECK(store->occurrences("yearly", 9).size() == 1);
}

TEST_CASE("a step that was decided on an older memory records nothing")
{
    const auto store = new_store();
    ScheduleStep step;
    step.marks = {{"nightly", "0 3 * * *", start, ""}};
    step.occurrences = {due("nightly", start)};
    step.evaluated_from = start; // nothing has been decided yet
    step.evaluated_until = start + minutes(1);
    CHECK_FALSE(store->record_schedules(step, start));
    CHECK_FALSE(store->schedule_memory().evaluated_until);
    step.evaluated_from.reset();
    const auto first = store->record_schedules(step, start).value().at(0).job.value();

    // Decided on the same memory: that the schedule's job is unfinished by now, it does not know.
    ScheduleStep late = step;
    late.marks[0].definition = "0 4 * * *";
    late.occurrences = {due("nightly", start + minutes(1))};
    late.occurrences[0].replaces = {first};
    late.evaluated_until = start + minutes(2);
    CHECK_FALSE(store->record_schedules(late, start));
    CHECK(store->schedule_memory().evaluated_until == start + minutes(1));
    CHECK(store->schedule_memory().marks.at("nightly").definition == "0 3 * * *");
    CHECK(store->occurrences("nightly", 9).size() == 1);
    CHECK(state_of(*store, first) == JobState::available);
    late.evaluated_from = start + minutes(1);
    CHECK(store->record_schedules(late, start).value().size() == 1);
    CHECK(state_of(*store, first) == JobState::cancelled);
}
