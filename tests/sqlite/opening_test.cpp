#include "contract.hpp"
#include "sqlite/inspect.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

unsigned mode_of(const std::filesystem::path& file)
{
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

/// What opening throws; the text must name the file.
std::optional<ErrorKind> failure_of(const sqlite::OpenOptions& options, const std::string& word = "")
{
    try {
        (void)sqlite::open_store(options);
    } catch (const Error& error) {
        INFO(error.what());
        CHECK(std::string(error.what()).find(options.file.string()) != std::string::npos);
        CHECK(std::string(error.what()).find(word) != std::string::npos);
        return error.kind();
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("the files of a new database are for user and group, whatever the umask")
{
    const TestDatabase place;
    const auto before = ::umask(077);
    const auto store = place.open();
    create_one(*store, command());
    ::umask(before);
    CHECK(mode_of(place.file()) == 0660);
    CHECK(mode_of(place.file().string() + "-wal") == 0660);
    CHECK(mode_of(place.file().string() + "-shm") == 0660);
}

TEST_CASE("a missing database is not created but by init")
{
    const TestDatabase place;
    CHECK(failure_of(place.options(Access::write), "init") == ErrorKind::unavailable);
    CHECK(failure_of(place.options(Access::read), "init") == ErrorKind::unavailable);
    CHECK_FALSE(std::filesystem::exists(place.file()));
    auto options = place.options(Access::create);
    options.file = place.directory() / "no" / "jobs.db";
    CHECK(failure_of(options) == ErrorKind::cannot_create);
}

TEST_CASE("what is no database of ours is refused and left as it is")
{
    const TestDatabase place;
    const auto content = [&] {
        std::ifstream file(place.file());
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    SUBCASE("a text")
    {
        std::ofstream(place.file()) << std::string(5000, 'x');
        const auto before = content();
        CHECK(failure_of(place.options(Access::create), ".recover") == ErrorKind::unavailable);
        CHECK(content() == before);
    }
    SUBCASE("another program's database")
    {
        place.sql("CREATE TABLE job (id INTEGER); PRAGMA user_version = 1");
        CHECK(failure_of(place.options(Access::create), "table_prefix") == ErrorKind::unavailable);
        CHECK(failure_of(place.options(Access::write)) == ErrorKind::unavailable);
        CHECK(place.value("SELECT count(*) FROM sqlite_master") == "1");
    }
    SUBCASE("an empty file")
    {
        std::ofstream(place.file()).flush();
        CHECK(failure_of(place.options(Access::write), "init") == ErrorKind::unavailable);
        CHECK_FALSE(failure_of(place.options(Access::create)));
    }
    SUBCASE("a directory")
    {
        std::filesystem::create_directory(place.file());
        CHECK(failure_of(place.options(Access::create), "regular file") == ErrorKind::unavailable);
    }
    SUBCASE("a symbolic link")
    {
        std::filesystem::create_symlink(place.directory() / "other", place.file());
        CHECK(failure_of(place.options(Access::create), "symbolic link") == ErrorKind::unavailable);
        CHECK_FALSE(std::filesystem::exists(place.directory() / "other"));
    }
}

TEST_CASE("a schema from a newer program is refused")
{
    const TestDatabase place;
    (void)place.open();
    place.sql("PRAGMA user_version = 99");
    CHECK(failure_of(place.options(Access::write), "newer") == ErrorKind::unavailable);
    CHECK(failure_of(place.options(Access::create), "newer") == ErrorKind::unavailable);
    CHECK(place.value("PRAGMA user_version") == "99");
    CHECK_FALSE(sqlite::inspect(place.options(Access::read), false).problems.empty());
}

TEST_CASE("opening again changes nothing")
{
    const TestDatabase place;
    const auto instance = place.open()->identity().instance;
    CHECK(instance.size() == 36);
    create_one(*place.open(), command());
    CHECK(place.open(Access::write)->identity().instance == instance);
    CHECK(place.open(Access::read)->list({}).size() == 1);
    const auto found = sqlite::inspect(place.options(Access::read), true);
    CHECK(found.problems.empty());
    CHECK(found.instance == instance);
    CHECK(found.schema_version == 1);
    CHECK_FALSE(found.library_version.empty());
}

TEST_CASE("who opens for reading cannot write")
{
    const TestDatabase place;
    (void)place.open();
    const auto reader = place.open(Access::read);
    const auto job = command();
    CHECK_THROWS_AS((void)reader->create(std::span(&job, 1), start), Error);
}

TEST_CASE("the tables live under a prefix in the application's own file")
{
    TestDatabase place;
    place.prefix = "cron_";
    place.sql("CREATE TABLE job (id INTEGER PRIMARY KEY, title TEXT); CREATE VIEW titles AS SELECT title FROM job;"
              "CREATE TRIGGER ordered AFTER INSERT ON job BEGIN INSERT INTO cron_job (task) VALUES ('sell'); END;"
              "PRAGMA user_version = 41");
    // The application's trigger names a table that is yet to come, which SQLite allows.
    const auto store = place.open();
    CHECK(place.value("PRAGMA user_version") == "41");
    CHECK(place.value("PRAGMA journal_mode") == "delete");
    CHECK(place.sql("INSERT INTO job (title) VALUES ('a book')") == "");
    CHECK(claim(*store, slots(1), Time(Duration(4'102'444'800'000))).size() == 1);
    CHECK(place.open(Access::write)->summary().jobs.at(JobState::running) == 1);
    place.sql("UPDATE cron_meta SET value = 99 WHERE key = 'schema'");
    CHECK(failure_of(place.options(Access::create), "newer") == ErrorKind::unavailable);
    place.prefix = "a b";
    CHECK_THROWS_AS((void)place.open(), Error);
}

TEST_CASE("a rollback journal serves as well")
{
    const TestDatabase place;
    auto options = place.options(Access::create);
    options.rollback_journal = true;
    const auto store = sqlite::open_store(options);
    CHECK(run_one(*store, command(), JobState::completed) == JobId(1));
    CHECK(place.value("PRAGMA journal_mode") == "delete");
    CHECK_FALSE(std::filesystem::exists(place.file().string() + "-wal"));
    CHECK(store->maintain().empty());
}

TEST_CASE("a database that was replaced or removed under an open store is not written")
{
    const TestDatabase place;
    const auto store = place.open();
    const auto job = command();
    SUBCASE("removed")
    {
        std::filesystem::remove(place.file());
    }
    SUBCASE("replaced")
    {
        std::filesystem::copy_file(place.file(), place.directory() / "backup");
        std::filesystem::rename(place.directory() / "backup", place.file());
    }
    CHECK_THROWS_WITH_AS((void)store->create(std::span(&job, 1), start), doctest::Contains("removed or replaced"),
                         Error);
}

TEST_CASE("a long write-ahead log is shortened by its one checkpointer only")
{
    const TestDatabase place;
    const auto store = place.open();
    auto job = command();
    job.input = std::string(4'000'000, 'x');
    create_one(*store, job);
    const auto main_size = std::filesystem::file_size(place.file());
    (void)place.open(Access::write);
    CHECK(std::filesystem::file_size(place.file()) == main_size);
    CHECK(store->maintain().empty());
    CHECK(std::filesystem::file_size(place.file()) > main_size);
}
