#include "failing_call.hpp"
#include "sqlite/connection/database.hpp"
#include "sqlite/connection/failure.hpp"
#include "test_database.hpp"

#include <escher/error.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <optional>

using namespace escher;
using sqlite::FailingCall;
using sqlite::TestDatabase;

namespace {

std::optional<ErrorKind> read_jobs(sqlite::Database& database)
{
    try {
        database.query("SELECT count(name) FROM job").run();
    } catch (const Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

/// Overwrites all pages but the first, which is made to say that there was a commit.
void damage(const std::filesystem::path& path)
{
    constexpr std::size_t page = 4096;
    constexpr std::size_t commits = 27;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(commits);
    const auto count = static_cast<char>(file.get() + 1);
    file.seekp(commits);
    file.put(count);
    file.seekp(page);
    file << std::string(std::filesystem::file_size(path) - page, '\xee');
}

} // namespace

TEST_CASE("an errno of an earlier failure explains no later one")
{
    const TestDatabase place;
    sqlite::Database database(place.with_rollback_journal());
    REQUIRE_FALSE(read_jobs(database));
    {
        const FailingCall failing("pread", EIO, 1);
        REQUIRE(read_jobs(database) == ErrorKind::io);
        REQUIRE(FailingCall::has_struck());
    }
    SUBCASE("of a damaged file")
    {
        damage(place.file());
        CHECK(read_jobs(database) == ErrorKind::unavailable);
    }
    SUBCASE("of one that cannot be read again")
    {
        const FailingCall failing("pread", EIO, 2); // the first one is to forget
        CHECK(read_jobs(database) == ErrorKind::io);
        CHECK(FailingCall::has_struck());
    }
    SUBCASE("unless it is of this very moment")
    {
        const FailingCall failing("pread", EIO, 1);
        sqlite::forget_system_errors(database.handle());
        CHECK(FailingCall::has_struck());
        CHECK(sqlite::failure_of(database.handle(), SQLITE_CORRUPT, "read the database", place.file()).kind() ==
              ErrorKind::io);
    }
}
