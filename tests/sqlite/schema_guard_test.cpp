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

namespace {

/// Writes into the table of the schema itself, past SQLite's own care.
std::string forge(const std::string& update)
{
    return "PRAGMA writable_schema = ON; " + update +
           "; UPDATE sqlite_master SET name = name; PRAGMA schema_version = 4711; PRAGMA writable_schema = OFF";
}

} // namespace

TEST_CASE("a check, an index or a default of ours that was changed is noticed")
{
    for (const auto& [name, change] : {
             std::pair("tick", "UPDATE sqlite_master SET sql = replace(sql, 'pid        INTEGER NOT NULL', "
                               "'pid INTEGER NOT NULL CHECK (length(randomblob(1000000)) > 0)') WHERE name = 'tick'"),
             std::pair("meta", "UPDATE sqlite_master SET sql = replace(sql, 'value NOT NULL', "
                               "'value NOT NULL DEFAULT 5') WHERE name = 'meta'"),
             std::pair("job_due", "UPDATE sqlite_master SET sql = replace(sql, ' WHERE ', ' WHERE 1 AND ') "
                                  "WHERE name = 'job_due'"),
         }) {
        const TestDatabase one;
        (void)one.open();
        const std::string object = name; // clang 14 captures no structured binding
        INFO(object);
        REQUIRE(one.sql(forge(change)) == "");
        CHECK(refusal(one).find("'" + object + "'") != std::string::npos);
        CHECK(sqlite::inspect(one.options(Access::read), false).problems.size() == 1);
    }
}

TEST_CASE("what mends a trigger or an index is said, and mends it")
{
    const TestDatabase place;
    (void)place.open();
    for (const char* damage :
         {"DROP TRIGGER job_kept; CREATE TRIGGER job_kept BEFORE DELETE ON job BEGIN SELECT 1; END",
          "DROP INDEX run_job", "DROP INDEX job_unique; CREATE INDEX job_unique ON job (id)",
          "CREATE INDEX evil ON JOB (abs(priority))"}) {
        INFO(damage);
        REQUIRE(place.sql(damage) == "");
        const std::string text = refusal(place);
        const auto sql = text.substr(text.find("sqlite3 '") + 9 + place.file().string().size() + 3);
        CHECK(place.sql(sql.substr(0, sql.size() - 1)) == "");
        CHECK(refusal(place) == "");
    }
}

TEST_CASE("a name that somebody has chosen is no part of a line for the shell, nor a line of its own")
{
    const TestDatabase place;
    (void)place.open();
    REQUIRE(place.sql("CREATE TRIGGER [x'; reboot #\n] AFTER UPDATE ON job BEGIN SELECT 1; END") == "");
    const auto text = refusal(place);
    CHECK(text.find("the trigger 'x'; reboot #?'") != std::string::npos);
    CHECK(text.find("DROP") == std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("an entry that says other than what it makes is noticed")
{
    TestDatabase place;
    SUBCASE("in a database of ours") {}
    SUBCASE("in an application's")
    {
        place.prefix = "cron_";
    }
    (void)place.open();
    const auto columns = std::string("INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ");
    const auto trigger = "'CREATE TRIGGER evil AFTER UPDATE ON " + place.prefix + "job BEGIN SELECT 1; END')";
    for (const auto& row : {"('trigger', 'evil', 'shop', 0, " + trigger, "('table', 'evil', 'evil', 0, " + trigger,
                            "('trigger', 'other', '" + place.prefix + "job', 0, " + trigger}) {
        INFO(row);
        REQUIRE(place.sql("CREATE TABLE IF NOT EXISTS shop (id)") == "");
        REQUIRE(place.sql(forge(columns + row)) == "");
        CHECK(refusal(place) != "");
        REQUIRE(place.sql(forge("DELETE FROM sqlite_master WHERE sql LIKE '%evil%'")) == "");
        CHECK(refusal(place) == "");
    }
}

TEST_CASE("blanks and comments make no difference")
{
    const TestDatabase place;
    (void)place.open();
    REQUIRE(place.sql(
                "DROP TRIGGER dependency_fixed; CREATE TRIGGER  dependency_fixed /* as before */ BEFORE UPDATE\n ON "
                "dependency BEGIN -- refuse\nSELECT RAISE(ABORT,'a dependency does not change: delete it and insert "
                "another'); END") == "");
    CHECK(refusal(place).find("dependency_fixed") != std::string::npos); // a blank less is not the same text
    REQUIRE(
        place.sql(
            "DROP TRIGGER dependency_fixed; CREATE TRIGGER  dependency_fixed /* as before */ BEFORE UPDATE\n ON "
            "dependency BEGIN -- refuse\nSELECT RAISE(ABORT,\n'a dependency does not change: delete it and insert "
            "another');\n\n END") == "");
    CHECK(refusal(place) == "");
}

TEST_CASE("a trigger that others make while the database is open does not fire, nor when it is gone again")
{
    TestDatabase place;
    SUBCASE("in a database of ours") {}
    SUBCASE("in an application's")
    {
        place.prefix = "cron_";
    }
    const auto store = place.open();
    create_one(*store, command());
    REQUIRE(place.sql("CREATE TRIGGER evil AFTER INSERT ON " + place.prefix + "job BEGIN DELETE FROM " +
                      place.prefix + "meta; END") == "");
    CHECK_THROWS_WITH_AS(create_one(*store, command()), doctest::Contains("evil"), Error);
    CHECK_THROWS_WITH_AS((void)store->summary(), doctest::Contains("evil"), Error);
    CHECK(place.value("SELECT count(*) FROM " + place.prefix + "meta") != "0");
    REQUIRE(place.sql("DROP TRIGGER evil") == "");
    create_one(*store, command());
    CHECK(place.value("SELECT count(*) FROM " + place.prefix + "job") == "2");
}

TEST_CASE("what an application does to its own tables while the database is open is its own business")
{
    TestDatabase place;
    place.prefix = "cron_";
    const auto store = place.open();
    for (const char* change :
         {"CREATE TABLE shop (id UNIQUE, [cron_job] TEXT)", "CREATE INDEX \"on cron_job\" ON shop (id)",
          "CREATE TRIGGER [a b] AFTER UPDATE OF id, \"cron_job\" ON main.shop BEGIN UPDATE cron_job SET name = 'x'; "
          "END",
          "ALTER TABLE shop RENAME TO \"the \"\"shop\"", "CREATE VIEW report AS SELECT * FROM cron_job", "ANALYZE"}) {
        INFO(change);
        REQUIRE(place.sql(change) == "");
        create_one(*store, command());
        CHECK(refusal(place) == "");
    }
}
