#include "sqlite/connection/database.hpp"

#include "contract.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

constexpr const char* endless =
    "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

} // namespace

TEST_CASE("a statement without end is ended by a limit, and the next one is not")
{
    const TestDatabase place;
    (void)place.open();
    auto options = place.options(Access::write);
    options.statement_limit = std::chrono::milliseconds(20);
    sqlite::Database database(options);
    CHECK_THROWS_WITH_AS(database.query(endless).step(), doctest::Contains("took longer"), Error);
    CHECK(database.query("SELECT count(*) FROM job").step());
}

TEST_CASE("a statement without end is ended when this process is to stop, and a short one is not")
{
    const TestDatabase place;
    const auto job = create_one(*place.open(), command());
    int asked = 0;
    auto options = place.options(Access::write);
    options.stop_wanted = [&] { return ++asked > 0; };
    {
        sqlite::Database database(options);
        CHECK_THROWS_WITH_AS(database.query(endless).step(), doctest::Contains("asks this process to stop"), Error);
        CHECK(asked == 1);
    }
    CHECK(claim(*sqlite::open_store(options), slots(1)).size() == 1);
    CHECK(asked == 1);
    CHECK(place.value("SELECT attempts FROM job WHERE id = " + std::to_string(static_cast<std::int64_t>(job))) ==
          "1");
}

TEST_CASE("no statement attaches another database, and none is as long as one likes")
{
    const TestDatabase place;
    (void)place.open();
    sqlite::Database database(place.options(Access::write));
    CHECK_THROWS_WITH_AS(database.execute("ATTACH '" + (place.directory() / "other").string() + "' AS other"),
                         doctest::Contains("attached"), Error);
    CHECK_FALSE(std::filesystem::exists(place.directory() / "other"));
    CHECK_THROWS_AS(database.execute("SELECT '" + std::string(100'001, 'x') + "'"), Error);
    CHECK_THROWS_AS(database.query("SELECT length(hex(zeroblob(200000000)))").step(), Error);
}
