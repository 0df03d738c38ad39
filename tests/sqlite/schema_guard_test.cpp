#include "contract.hpp"
#include "sqlite/inspect.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

std::string refusal(const TestDatabase& place)
{
    try {
        (void)place.open(Access::write);
        return "";
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        return error.what();
    }
}

} // namespace

TEST_CASE("triggers and views of others are refused until they are gone")
{
    const TestDatabase place;
    (void)place.open();
    for (const auto& [kind, definition] : {
             std::pair("TRIGGER", "evil AFTER UPDATE ON job BEGIN DELETE FROM note; END"),
             std::pair("TRIGGER", "evil AFTER INSERT ON message BEGIN SELECT 1; END"),
             std::pair("VIEW", "evil AS SELECT * FROM job"),
         }) {
        const auto& the_definition = definition; // clang 14 cannot capture definition itself
        INFO(the_definition);
        REQUIRE(place.sql("CREATE " + std::string(kind) + " " + definition) == "");
        CHECK(refusal(place).find("evil") != std::string::npos);
        const auto found = sqlite::inspect(place.options(Access::read), false);
        CHECK(found.problems.size() == 1);
        REQUIRE(place.sql("DROP " + std::string(kind) + " evil") == "");
        CHECK(refusal(place) == "");
    }
}

TEST_CASE("a trigger of ours that is missing or changed is noticed")
{
    const TestDatabase place;
    (void)place.open();
    REQUIRE(place.sql("DROP TRIGGER job_birth") == "");
    CHECK(refusal(place).find("job_birth") != std::string::npos);
    REQUIRE(place.sql("CREATE TRIGGER job_birth BEFORE INSERT ON job BEGIN SELECT 1; END") == "");
    CHECK(refusal(place).find("job_birth") != std::string::npos);
}

TEST_CASE("a table of ours that is missing or a view is noticed")
{
    const TestDatabase place;
    (void)place.open();
    REQUIRE(place.sql("DROP TABLE note") == "");
    CHECK(refusal(place).find("note") != std::string::npos);
    REQUIRE(place.sql("CREATE VIEW note AS SELECT 1 AS job") == "");
    CHECK(refusal(place).find("note") != std::string::npos);
}

TEST_CASE("under a prefix only what touches our tables is refused")
{
    TestDatabase place;
    place.prefix = "cron_";
    (void)place.open();
    REQUIRE(place.sql("CREATE TABLE shop (id); CREATE TRIGGER own AFTER INSERT ON shop BEGIN SELECT 1; END;"
                      "CREATE VIEW report AS SELECT * FROM cron_job") == "");
    CHECK(refusal(place) == "");
    REQUIRE(place.sql("CREATE TRIGGER evil AFTER INSERT ON cron_job BEGIN SELECT 1; END") == "");
    CHECK(refusal(place).find("evil") != std::string::npos);
}
