#include "contract.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

constexpr Time later{Duration(4'102'444'800'000)}; // 2100

struct HostileRow {
    const char* assignments; ///< columns, then values after the bar
    const char* reason; ///< part of it
};

const HostileRow hostile_rows[] = {
    {"command|5", "JSON"},
    {"command|x'00ff00'", "not a text"},
    {"command|'echo hello'", "JSON"},
    {"command|''", "JSON"},
    {"command|'[]'", "no program"},
    {"command|'{\"program\": \"echo\"}'", "array of strings"},
    {"command|'[\"echo\", 1]'", "not a string"},
    {"command|'[\"echo\", [\"x\"]]'", "not a string"},
    {"command|'[\"\"]'", "no program"},
    {"command|'[\"echo\", \"a\\u0000b\"]'", "NUL"},
    {"command|CAST(x'5b226563686f222c22610062225d' AS TEXT)", "control character"},
    {"command|CAST(x'5b226563686fff225d' AS TEXT)", "UTF-8"},
    {"command|'[\"true\"] [\"true\"]'", "expected end of input"},
    {"command|'[\"\\ud800\"]'", "surrogate"},
    {"command|replace(hex(zeroblob(100000)), '0', '[')", "not a string"},
    {"command|'[\"echo\",\"' || hex(zeroblob(2000000)) || '\"]'", "longer than"},
    {"task|x'6f6b'", "not a text"},
    {"task|CAST(x'6f6b0066' AS TEXT)", "NUL"},
    {"task|''", "empty"},
    {"task|hex(zeroblob(1000))", "longer than"},
    {"task, params|'ok', '{'", "params"},
    {"task, params|'ok', '[]'", "object of strings"},
    {"task, params|'ok', '{\"a\": {}}'", "not a string"},
    {"task, params|'ok', '{\"a\": \"1\", \"a\": \"2\"}'", "twice"},
    {"task, params|'ok', x'7b7d'", "not a text"},
    {"command, queue|'[\"true\"]', x'ff'", "queue is not a text"},
    {"command, queue|'[\"true\"]', ''", "queue is empty"},
    {"command, queue|'[\"true\"]', CAST(x'6100' AS TEXT)", "queue holds a NUL"},
    {"command, queue|'[\"true\"]', hex(zeroblob(500))", "queue is longer"},
    {"command, priority|'[\"true\"]', 'high'", "priority is not an integer"},
    {"command, priority|'[\"true\"]', 9223372036854775807", "priority is out of range"},
    {"command, priority|'[\"true\"]', -9223372036854775808", "priority is out of range"},
    {"command, priority|'[\"true\"]', 9e999", "priority is not an integer"},
    {"command, priority, queue|'[\"true\"]', x'01', 'q'", "priority is not an integer"},
    {"command, run_at|'[\"true\"]', 'tomorrow'", "run_at is not an integer"},
    {"command, run_at, state|'[\"true\"]', 'tomorrow', 'scheduled'", "run_at is not an integer"},
    {"command, run_at|'[\"true\"]', x'01'", "run_at is not an integer"},
    {"command, run_at|'[\"true\"]', 9223372036854775807", "run_at is out of range"},
    {"command, run_at|'[\"true\"]', -9223372036854775808", "run_at is out of range"},
    {"command, run_at|'[\"true\"]', 1.5", "run_at is not an integer"},
    {"command, queue, priority, run_at|'[\"true\"]', 'q', 0, 'x'", "run_at is not an integer"},
    {"command, timeout|'[\"true\"]', 'soon'", "timeout is not an integer"},
    {"command, timeout|'[\"true\"]', -1", "timeout is out of range"},
    {"command, timeout|'[\"true\"]', 9223372036854775807", "timeout is out of range"},
    {"command, timeout|'[\"true\"]', 315360000001", "timeout is out of range: 315360000001"},
    {"command, retries|'[\"true\"]', -1", "retries is out of range"},
    {"command, retries|'[\"true\"]', 1001", "retries is out of range: 1001"},
    {"command, retries|'[\"true\"]', 9223372036854775807", "retries is out of range"},
    {"command, retries|'[\"true\"]', 'many'", "retries is not an integer"},
    {"command, name|'[\"true\"]', x'00'", "name is not a text"},
    {"command, name|'[\"true\"]', CAST(x'ff1b5d' AS TEXT)", "name is not valid UTF-8"},
    {"command, name|'[\"true\"]', hex(zeroblob(1000000))", "name is longer"},
    {"command, unique_key|'[\"true\"]', x'00'", "unique_key is not a text"},
    {"command, concurrency_key|'[\"true\"]', x'00ff'", "concurrency_key is not a text"},
    {"command, created_by|'[\"true\"]', CAST(x'ff' AS TEXT)", "created_by is not valid UTF-8"},
    {"command, created_at|'[\"true\"]', 'once'", "created_at is not an integer"},
    {"command, nominal_at|'[\"true\"]', 'x'", "nominal_at is not an integer"},
    {"command, stdin|'[\"true\"]', zeroblob(70000000)", "stdin is longer"},
    {"command, stdin|'[\"true\"]', hex(zeroblob(35000000))", "stdin is longer"},
};

struct Fixture {
    TestDatabase place;
    std::unique_ptr<Store> store = place.open();

    JobId insert(const std::string& row)
    {
        const auto bar = row.find('|');
        REQUIRE(place.sql("INSERT INTO job (" + row.substr(0, bar) + ") VALUES (" + row.substr(bar + 1) + ")") == "");
        return JobId(std::stoll(place.value("SELECT max(id) FROM job")));
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a row that cannot be run becomes invalid with a reason, and the others run")
{
    const auto first = insert("command, queue, priority|'[\"true\"]', 'q', 0");
    std::vector<JobId> bad;
    for (const auto& row : hostile_rows) {
        INFO(row.assignments);
        bad.push_back(insert(row.assignments));
        CHECK(store->find(bad.back()));
    }
    const auto last = insert("command, queue, priority|'[\"true\"]', 'q', 100");
    JobFilter all;
    all.unfinished_or_recent = false;
    all.limit = 1000;
    CHECK(store->list(all).size() == bad.size() + 2);

    CHECK(ids(claim(*store, slots(100), later)) == std::vector{first, last});
    for (std::size_t i = 0; i < bad.size(); ++i) {
        INFO(hostile_rows[i].assignments);
        const auto job = store->find(bad[i]).value();
        CHECK(job.state == JobState::invalid);
        CHECK(job.reason.find(hostile_rows[i].reason) != std::string::npos);
        CHECK(job.reason.size() < 500);
        CHECK(job.finished_at == later);
    }
    CHECK(store->list(all).size() == bad.size() + 2);
    CHECK(place.value("SELECT count(*) FROM run") == "2");
    CHECK_FALSE(store->has_due(slots(100), later));
    CHECK(store->summary().jobs.at(JobState::invalid) == static_cast<std::int64_t>(bad.size()));
}

TEST_CASE_FIXTURE(Fixture, "a job of which only hostile rows are left is not due")
{
    insert("command, queue, priority|'[]', 'q', 0");
    insert("command|'[]'");
    insert("command, run_at|'[\"true\"]', 'x'");
    CHECK_FALSE(store->has_due(slots(1), later));
    CHECK(claim(*store, slots(1), later).empty());
    CHECK(store->summary().jobs.at(JobState::invalid) == 3);
}

TEST_CASE_FIXTURE(Fixture, "values out of place where only readers meet them are shown as well as can be")
{
    const auto id = insert("command, progress, progress_text, progress_at|'[\"true\"]', 'half', x'ff', 'x'");
    CHECK_FALSE(store->find(id)->progress);
    REQUIRE(place.sql("UPDATE job SET progress = 9e999, reason = x'ff'") == "");
    CHECK_FALSE(store->find(id)->progress);
    REQUIRE(place.sql("UPDATE job SET progress = 1e300, progress_text = 'x'") == "");
    CHECK(store->find(id)->progress->percent == 100);
    REQUIRE(place.sql("INSERT INTO message (job, at, text) VALUES (1, 'x', x'ff00')") == "");
    REQUIRE(place.sql("INSERT INTO note (job, key, value) VALUES (1, x'ff', x'ff')") == "");
    CHECK(store->messages(id).size() == 1);
    const auto notes = store->notes(id);
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].value == "\"\xEF\xBF\xBD\"");
    REQUIRE(place.sql("INSERT INTO queue (name, paused_until) VALUES (x'ff', 1), ('q', 'x')") == "");
    CHECK(store->occupancy({}, later).pauses.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "jobs that need each other, written past the check on that, end with one of them")
{
    const auto first = insert("command|'[\"true\"]'");
    const auto second = insert("command|'[\"true\"]'");
    const auto other = insert("command|'[\"true\"]'");
    REQUIRE(place.sql("PRAGMA ignore_check_constraints = ON;"
                      "INSERT INTO dependency (job, needs) VALUES (1, 2), (2, 1), (2, 2)") == "");
    CHECK(ids(claim(*store, slots(9), later)) == std::vector{other});
    CHECK(store->cancel(first, "", later) == CancelResult::cancelled);
    CHECK(store->find(second)->state == JobState::cancelled);
    CHECK(store->find(second)->reason == "needs job 1, which was cancelled");
}
