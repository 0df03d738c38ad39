#include "contract.hpp"
#include "sqlite/sqlite_store.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <functional>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

sqlite3* connection_of(Store& store)
{
    return dynamic_cast<sqlite::SqliteStore&>(store).database().handle();
}

/// How many instructions SQLite executes for `work`: a measure of its cost that no clock enters.
int cost(Store& store, const std::function<void()>& work)
{
    work(); // prepares the statements
    sqlite3* connection = connection_of(store);
    const auto total = [&](bool reset) {
        int sum = 0;
        for (auto* each = sqlite3_next_stmt(connection, nullptr); each != nullptr;
             each = sqlite3_next_stmt(connection, each))
            sum += sqlite3_stmt_status(each, SQLITE_STMTSTATUS_VM_STEP, reset ? 1 : 0);
        return sum;
    };
    total(true);
    work();
    return total(false);
}

/// What each tick asks, whether there is something to do or not.
void idle_tick(Store& store, const ClaimRequest& request)
{
    (void)store.running_jobs(std::nullopt);
    (void)store.cancel_requests(std::nullopt);
    (void)store.schedule_memory();
    CHECK(claim(store, request).empty());
    CHECK_FALSE(store.has_due(request, start));
    (void)store.next_due();
    (void)store.expired({}, false, start, 100);
    (void)store.changed();
}

struct Fixture {
    TestDatabase place;
    std::unique_ptr<Store> store = place.open();
    ClaimRequest request = slots(4);

    Fixture() { request.limits.queues["full"].concurrency = 0; }

    void insert_many(const std::string& state, const std::string& queue, const std::string& run_at)
    {
        REQUIRE(place.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                          "INSERT INTO job (command, state, queue, priority, run_at) SELECT '[\"true\"]', '" +
                          state + "', '" + queue + "', 0, " + run_at + " + i FROM n") == "");
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "an idle tick costs the same, however many jobs wait or have ended")
{
    const auto tick = [&] { idle_tick(*store, request); };
    const int empty = cost(*store, tick);
    insert_many("scheduled", "a", "2000000000000");
    CHECK(cost(*store, tick) < empty + 50);
    insert_many("available", "full", "1000000000000");
    CHECK(cost(*store, tick) < empty + 300);
    REQUIRE(place.sql("UPDATE job SET state = 'cancelled', finished_at = 1577836800000") == "");
    CHECK(cost(*store, tick) < empty + 300);
}

TEST_CASE_FIXTURE(Fixture, "jobs of a full queue do not make the claim of another queue's job dearer")
{
    const auto claim_one = [&] {
        create_one(*store, in_queue("free"));
        const auto claims = claim(*store, request);
        REQUIRE(claims.size() == 1);
        report(*store, finished(claims[0].run, JobState::completed));
    };
    const int alone = cost(*store, claim_one);
    insert_many("available", "full", "1000000000000");
    CHECK(cost(*store, claim_one) < alone + alone / 5);
}

TEST_CASE_FIXTURE(Fixture, "no statement of a tick walks the table of jobs")
{
    idle_tick(*store, request);
    run_one(*store, in_queue("free"), JobState::completed);
    sqlite3* connection = connection_of(*store);
    int seen = 0;
    for (auto* each = sqlite3_next_stmt(connection, nullptr); each != nullptr;
         each = sqlite3_next_stmt(connection, each)) {
        const std::string sql = sqlite3_sql(each);
        if (sql.find("job") == std::string::npos)
            continue;
        sqlite3_stmt* plan = nullptr;
        REQUIRE(sqlite3_prepare_v2(connection, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &plan, nullptr) ==
                SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const std::string line = reinterpret_cast<const char*>(sqlite3_column_text(plan, 3));
            INFO(sql);
            INFO(line);
            CHECK(line != "SCAN job");
            CHECK(line != "SCAN run");
            CHECK(line.find("TEMP B-TREE") == std::string::npos);
            ++seen;
        }
        sqlite3_finalize(plan);
    }
    CHECK(seen > 15);
}
