#include "contract.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

/// Clients' rows get the real time, so the tick that meets them lives later.
constexpr Time later{Duration(4'102'444'800'000)}; // 2100

struct Fixture {
    TestDatabase place;
    std::unique_ptr<Store> store = place.open();

    JobId insert(const std::string& columns, const std::string& values)
    {
        const auto problem = place.sql("INSERT INTO job (" + columns + ") VALUES (" + values + ")");
        REQUIRE(problem == "");
        return JobId(std::stoll(place.value("SELECT max(id) FROM job")));
    }

    /// True if a trigger or a check refuses the statement.
    bool refused(const std::string& statement) { return !place.sql(statement).empty(); }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a row that names only its command is a job")
{
    const auto id = insert("command", "'[\"echo\", \"it''s\", \"\\u00e9\\ud83d\\ude00\\n\"]'");
    auto job = store->find(id).value();
    CHECK(job.state == JobState::available);
    CHECK_FALSE(job.queue);
    CHECK_FALSE(job.priority);
    CHECK(job.name == "echo");
    CHECK(job.token.size() == 32);
    CHECK(job.created_at > start);
    CHECK(std::get<Command>(job.work).argv == std::vector<std::string>{"echo", "it's", "é😀\n"});
    auto request = slots(1);
    request.commands = {"own", 7};
    CHECK(store->has_due(request, later));
    const auto claims = claim(*store, request, later);
    REQUIRE(ids(claims) == std::vector{id});
    CHECK(claims[0].job.queue == "own");
    CHECK(claims[0].job.priority == 7);
    CHECK(place.value("SELECT queue FROM run") == "own");
}

TEST_CASE_FIXTURE(Fixture, "a row with a task goes where the config sends the task, unless it says otherwise")
{
    insert("task, params", "'mail', '{\"to\": \"x\", \"n\": 12, \"urgent\": true}'");
    insert("task, queue, priority", "'mail', 'mine', 1");
    insert("task", "'other'");
    auto request = slots(9);
    request.commands = {"default", 0};
    request.tasks["mail"] = {"post", 5};
    const auto claims = claim(*store, request, later);
    REQUIRE(claims.size() == 3);
    // All three queues have starved since their rows were written, so age decides.
    CHECK(claims[0].job.queue == "post");
    CHECK(claims[0].job.priority == 5);
    CHECK(claims[1].job.queue == "mine");
    CHECK(claims[1].job.priority == 1);
    CHECK(claims[2].job.queue == "default");
    CHECK(std::get<TaskCall>(claims[0].job.work).params ==
          std::map<std::string, std::string>{{"to", "x"}, {"n", "12"}, {"urgent", "true"}});
}

TEST_CASE_FIXTURE(Fixture, "a row is taken in by who knows its task and serves the queue that this puts it in")
{
    const auto id = insert("task", "'mail'");
    auto ignorant = slots(1);
    ignorant.known_tasks.emplace();
    auto elsewhere = slots(1);
    elsewhere.serves = {"default"};
    elsewhere.tasks["mail"] = {"post", 5};
    for (const auto& request : {ignorant, elsewhere}) {
        CHECK_FALSE(store->has_due(request, later));
        CHECK(claim(*store, request, later).empty());
        CHECK_FALSE(store->find(id)->queue);
    }
    elsewhere.serves = {"post"};
    CHECK(store->has_due(elsewhere, later));
    CHECK(ids(claim(*store, elsewhere, later)) == std::vector{id});
    CHECK(place.value("SELECT queue FROM run") == "post");
}

TEST_CASE_FIXTURE(Fixture, "a row due in the future is scheduled, whatever the client wrote")
{
    const auto id = insert("command, run_at", "'[\"true\"]', 4102444800000");
    CHECK(state_of(*store, id) == JobState::scheduled);
    const auto postponed = insert("command", "'[\"true\"]'");
    CHECK(place.sql("UPDATE job SET run_at = 4102444800000 WHERE id = 2") == "");
    CHECK(state_of(*store, postponed) == JobState::scheduled);
    CHECK(claim(*store, slots(9), later - seconds(1)).empty());
    CHECK(claim(*store, slots(9), later).size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "impossible rows and transitions are refused")
{
    insert("command", "'[\"true\"]'");
    for (const char* statement : {
             "INSERT INTO job (name) VALUES ('no work')",
             "INSERT INTO job (command, task) VALUES ('[]', 'both')",
             "INSERT INTO job (command, state) VALUES ('[\"true\"]', 'running')",
             "INSERT INTO job (command, state, finished_at) VALUES ('[\"true\"]', 'completed', 1)",
             "INSERT INTO job (command, state) VALUES ('[\"true\"]', 'nonsense')",
             "INSERT INTO job (command, attempts) VALUES ('[\"true\"]', -1)",
             "INSERT INTO job (command, attempts) VALUES ('[\"true\"]', 1)",
             "INSERT INTO job (id, command) VALUES (-5, '[\"true\"]')",
             "UPDATE job SET state = 'completed', finished_at = 1",
             "UPDATE job SET state = 'completed'",
             "UPDATE job SET state = 'running'",
             "UPDATE job SET token = 'mine'",
             "UPDATE job SET id = 17",
             "UPDATE job SET attempts = 'many'",
             "UPDATE job SET attempts = 9223372036854775807",
             "INSERT INTO job (id, command) VALUES (9223372036854775807, '[\"true\"]')",
             "DELETE FROM job",
             "INSERT INTO dependency (job, needs) VALUES (1, 1)",
             "INSERT INTO dependency (job, needs) VALUES (1, 4711)",
             "INSERT INTO message (job, level, text) VALUES (1, 'loud', 'x')",
         }) {
        INFO(statement);
        CHECK(refused(statement));
    }
}

TEST_CASE_FIXTURE(Fixture, "the unique key of an unfinished row is taken")
{
    const std::string insert_key = "INSERT INTO job (command, unique_key) VALUES ('[\"true\"]', 'k')";
    CHECK_FALSE(refused(insert_key));
    CHECK(refused(insert_key));
    CHECK_FALSE(refused(insert_key + " ON CONFLICT DO NOTHING"));
    CHECK(place.value("SELECT count(*) FROM job") == "1");
    CHECK_FALSE(refused("UPDATE job SET state = 'cancelled', finished_at = 1"));
    CHECK_FALSE(refused(insert_key));
}

TEST_CASE_FIXTURE(Fixture, "a client asks for a cancellation in any state")
{
    const auto waiting = insert("command", "'[\"true\"]'");
    CHECK(place.sql("UPDATE job SET cancel_requested_at = 5, reason = 'by the customer'") == "");
    CHECK(state_of(*store, waiting) == JobState::cancelled);
    CHECK(store->find(waiting)->reason == "by the customer");
    const auto running = insert("command", "'[\"true\"]'");
    const auto run = claim(*store, slots(1), later).at(0).run;
    CHECK(place.sql("UPDATE job SET cancel_requested_at = 5 WHERE id = 2") == "");
    CHECK(state_of(*store, running) == JobState::running);
    CHECK(store->cancel_requests(std::nullopt) == std::vector{run});
    CHECK(state_of(*store, insert("command, cancel_requested_at", "'[\"true\"]', 'x'")) == JobState::cancelled);
}

TEST_CASE_FIXTURE(Fixture, "dependencies by SQL hold, free and cancel")
{
    insert("command", "'[\"true\"]'");
    insert("command", "'[\"true\"]'");
    insert("command", "'[\"true\"]'");
    CHECK(place.sql("INSERT INTO dependency (job, needs) VALUES (2, 1)") == "");
    CHECK(place.sql("INSERT INTO dependency (job, needs, any_end) VALUES (3, 2, 1)") == "");
    CHECK(refused("UPDATE dependency SET needs = 1"));
    CHECK(place.sql("UPDATE job SET state = 'cancelled', finished_at = 5 WHERE id = 1") == "");
    CHECK(refused("DELETE FROM job WHERE id = 1")); // job 2 has yet to hear of it
    CHECK(store->has_due(slots(9), later));
    CHECK(ids(claim(*store, slots(9), later)) == std::vector{JobId(3)});
    CHECK(state_of(*store, JobId(2)) == JobState::cancelled);
    CHECK(store->find(JobId(2))->finished_at == later);
    CHECK_FALSE(refused("DELETE FROM job WHERE id = 1"));
}

TEST_CASE_FIXTURE(Fixture, "a job whose last dependency is deleted is free")
{
    insert("command, state, run_at", "'[\"true\"]', 'scheduled', 4102444800001");
    insert("command", "'[\"true\"]'");
    CHECK(place.sql("INSERT INTO dependency (job, needs) VALUES (2, 1)") == "");
    CHECK_FALSE(store->has_due(slots(9), later));
    CHECK(place.sql("DELETE FROM dependency") == "");
    CHECK(store->has_due(slots(9), later));
    CHECK(ids(claim(*store, slots(9), later)) == std::vector{JobId(2)});
}

TEST_CASE_FIXTURE(Fixture, "deleting a finished job takes what belongs to it along")
{
    insert("command", "'[\"true\"]'");
    const auto claims = claim(*store, slots(1), later);
    CHECK(place.sql("INSERT INTO message (job, text) VALUES (1, 'x'); INSERT INTO note VALUES (1, 'k', '1', 0)") ==
          "");
    report(*store, finished(claims.at(0).run, JobState::completed, later), later);
    CHECK(place.sql("PRAGMA foreign_keys = ON; DELETE FROM job") == "");
    CHECK(place.value("SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM message) + "
                      "(SELECT count(*) FROM note)") == "0");
}

TEST_CASE_FIXTURE(Fixture, "a commit of another connection is noticed, one of our own is not")
{
    CHECK(store->changed());
    CHECK_FALSE(store->changed());
    create_one(*store, command());
    CHECK_FALSE(store->changed());
    insert("command", "'[\"true\"]'");
    CHECK(store->changed());
    CHECK_FALSE(store->changed());
}

TEST_CASE_FIXTURE(Fixture, "a tick with nothing to do writes nothing")
{
    insert("command, queue, priority", "'[\"true\"]', 'full', 0");
    auto request = slots(5);
    request.limits.queues["full"].concurrency = 0;
    const auto other = place.open(Access::read);
    (void)other->changed();
    CHECK(claim(*store, request, later).empty());
    CHECK_FALSE(store->has_due(request, later));
    CHECK_FALSE(other->changed());
}

TEST_CASE_FIXTURE(Fixture, "a running job cannot be taken from its run by SQL")
{
    const auto job = insert("command", "'[\"true\"]'");
    const auto run = claim(*store, slots(1), later).at(0).run;
    CHECK(refused("UPDATE job SET state = 'available', run = NULL"));
    CHECK(refused("UPDATE job SET state = 'cancelled', run = NULL, finished_at = 1"));
    CHECK(report(*store, finished(run, JobState::completed, later)).stale.empty());
    CHECK(state_of(*store, job) == JobState::completed);
}

TEST_CASE_FIXTURE(Fixture, "a row that has used up the numbers of attempts is invalid, and the others run")
{
    insert("command", "'[\"true\"]'");
    const auto good = insert("command", "'[\"true\"]'");
    REQUIRE_FALSE(refused("UPDATE job SET attempts = 1000000000 WHERE id = 1"));
    CHECK(ids(claim(*store, slots(5), later)) == std::vector{good});
    CHECK(state_of(*store, JobId(1)) == JobState::invalid);
}

TEST_CASE_FIXTURE(Fixture, "what is due is seen behind more rows than are looked at at once")
{
    REQUIRE_FALSE(refused("INSERT INTO job (command, queue, priority, run_at, state) "
                          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20500) "
                          "SELECT '[\"true\"]', 'paused', 0, 1000 + i, 'scheduled' FROM n"));
    insert("command, queue, priority, run_at, state", "'[\"true\"]', 'mail', 0, 900000, 'scheduled'");
    store->pause({"paused", start, std::nullopt, "", ""});
    CHECK(store->has_due(slots(1), later));
    std::vector<Claim> claims;
    for (int look = 0; look < 3 && claims.empty(); ++look)
        claims = claim(*store, slots(1), later);
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].job.queue == "mail");
    CHECK_FALSE(store->has_due(slots(1), later));
}
