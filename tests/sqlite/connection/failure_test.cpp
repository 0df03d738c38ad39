#include "sqlite/connection/failure.hpp"
#include "sqlite/connection/memory_copy.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

#include <sqlite3.h>

#include <cerrno>

using namespace escher;
using sqlite::diagnose;
using sqlite::Failure;

namespace {

constexpr const char* file = "/srv/jobs.db";

} // namespace

TEST_CASE("each code of SQLite that is a failure has a remedy")
{
    // The others are no failures: 27 and 28 go to SQLite's log only, 100 and 101 are what a step comes to.
    for (int code = SQLITE_ERROR; code <= SQLITE_NOTADB; ++code) {
        CAPTURE(code);
        CHECK_FALSE(diagnose({.code = code}, file).remedy.empty());
        // An extended code that nobody has thought of says at least as much as its primary one.
        CHECK_FALSE(diagnose({.code = code | (250 << 8)}, file).remedy.empty());
    }
    for (int code = SQLITE_NOTADB + 1; code < 256; ++code) {
        CAPTURE(code);
        const bool is_new = std::string(sqlite3_errstr(code)) != "unknown error" && code != SQLITE_NOTICE &&
                            code != SQLITE_WARNING && code != SQLITE_ROW && code != SQLITE_DONE;
        CHECK_FALSE(is_new);
    }
}

TEST_CASE("a code and what the system says make the status and the remedy")
{
    struct Case {
        Failure failure;
        ErrorKind kind;
        const char* words;
    };
    const Case cases[] = {
        {{SQLITE_BUSY}, ErrorKind::busy, "database.busy_timeout"},
        {{SQLITE_BUSY_RECOVERY}, ErrorKind::busy, "recovering"},
        {{SQLITE_BUSY_SNAPSHOT}, ErrorKind::busy, "begun to read"},
        {{SQLITE_LOCKED}, ErrorKind::busy, "database.busy_timeout"},
        {{SQLITE_PROTOCOL}, ErrorKind::busy, "local file system"},
        {{SQLITE_FULL}, ErrorKind::io, "file system of /srv/jobs.db"},
        {{SQLITE_READONLY}, ErrorKind::permission, "check"},
        {{SQLITE_READONLY, 0, true}, ErrorKind::io, "ulimit -n"},
        {{SQLITE_READONLY_CANTINIT, 0, true}, ErrorKind::io, "try again"},
        {{SQLITE_READONLY_DIRECTORY}, ErrorKind::permission, "directory of /srv/jobs.db"},
        {{SQLITE_READONLY_DBMOVED, 0, true}, ErrorKind::unavailable, "moved, removed or replaced"},
        {{SQLITE_READONLY_ROLLBACK, 0, true}, ErrorKind::unavailable, "jobs.db-journal"},
        {{SQLITE_READONLY_RECOVERY}, ErrorKind::permission, "check"},
        {{SQLITE_CANTOPEN}, ErrorKind::unavailable, "directory"},
        {{SQLITE_CANTOPEN, EACCES}, ErrorKind::permission, "check"},
        {{SQLITE_CANTOPEN, EROFS}, ErrorKind::permission, "check"},
        {{SQLITE_CANTOPEN, EMFILE}, ErrorKind::io, "ulimit -n"},
        {{SQLITE_CANTOPEN, ENFILE}, ErrorKind::io, "fs.file-max"},
        {{SQLITE_CANTOPEN, ENOMEM}, ErrorKind::io, "free memory"},
        {{SQLITE_CANTOPEN, ENOSPC}, ErrorKind::io, "free some space"},
        {{SQLITE_CANTOPEN, EIO}, ErrorKind::io, "kernel's log"},
        {{SQLITE_CANTOPEN_ISDIR}, ErrorKind::unavailable, "a directory"},
        {{SQLITE_CANTOPEN_SYMLINK}, ErrorKind::unavailable, "a symbolic link"},
        {{SQLITE_IOERR, EIO}, ErrorKind::io, "kernel's log"},
        {{SQLITE_IOERR_WRITE, ENOSPC}, ErrorKind::io, "free some space"},
        {{SQLITE_IOERR_WRITE, EDQUOT}, ErrorKind::io, "free some space"},
        {{SQLITE_IOERR_READ, EIO}, ErrorKind::io, "kernel's log"},
        {{SQLITE_IOERR_FSYNC}, ErrorKind::io, "kernel's log"},
        {{SQLITE_IOERR_SHMMAP, ENOMEM}, ErrorKind::io, "free memory"},
        {{SQLITE_IOERR_SHMOPEN, EMFILE}, ErrorKind::io, "ulimit -n"},
        {{SQLITE_IOERR_NOMEM}, ErrorKind::io, "free memory"},
        {{SQLITE_IOERR_LOCK, ENOLCK}, ErrorKind::io, "locks on it fail"},
        {{SQLITE_IOERR_SHMLOCK, EIO}, ErrorKind::io, "locks on it fail"},
        {{SQLITE_CORRUPT}, ErrorKind::unavailable, ".recover"},
        {{SQLITE_CORRUPT, EIO}, ErrorKind::io, "could not be read"},
        {{SQLITE_NOTADB}, ErrorKind::unavailable, ".recover"},
        {{SQLITE_NOTADB, EIO}, ErrorKind::io, "could not be read"},
        {{SQLITE_NOMEM}, ErrorKind::io, "free memory"},
        {{SQLITE_NOLFS}, ErrorKind::io, "file system"},
        {{SQLITE_TOOBIG}, ErrorKind::bad_data, "file"},
        {{SQLITE_CONSTRAINT_CHECK}, ErrorKind::bad_data, "escher-cron-db(7)"},
        {{SQLITE_MISMATCH}, ErrorKind::bad_data, "escher-cron-db(7)"},
        {{SQLITE_SCHEMA}, ErrorKind::busy, "next try"},
        {{SQLITE_ABORT_ROLLBACK}, ErrorKind::busy, "next try"},
        {{SQLITE_INTERRUPT}, ErrorKind::busy, "next try"},
        {{SQLITE_AUTH}, ErrorKind::permission, "check"},
        {{SQLITE_PERM}, ErrorKind::permission, "check"},
        {{SQLITE_ERROR}, ErrorKind::internal, "check"},
        {{SQLITE_MISUSE}, ErrorKind::internal, "report it"},
    };
    for (const auto& [failure, kind, words] : cases) {
        const auto& code = failure.code; // clang 14 cannot capture failure itself
        CAPTURE(code);
        const auto& error = failure.system_error;
        CAPTURE(error);
        const auto diagnosis = diagnose(failure, file);
        CHECK(diagnosis.kind == kind);
        CHECK_MESSAGE(diagnosis.remedy.find(words) != std::string::npos, diagnosis.remedy);
    }
}

TEST_CASE("a failure in a copy in memory, whose journal has no controls, is told like another")
{
    const sqlite::TestDatabase place;
    (void)place.open();
    const auto copy = sqlite::copy_to_memory(place.file());
    REQUIRE(sqlite3_exec(copy.get(), "BEGIN; CREATE TABLE t (x)", nullptr, nullptr, nullptr) == SQLITE_OK);
    const Error error = sqlite::failure_of(copy.get(), SQLITE_CORRUPT, "read the copy of the database", file);
    CHECK(error.kind() == ErrorKind::unavailable);
}

TEST_CASE("a failure names what was being done, to what, SQLite's words and the remedy")
{
    const Error error = sqlite::failure_of(nullptr, SQLITE_PROTOCOL, "record the tick in the database", file);
    CHECK(std::string(error.what())
              .find("cannot record the tick in the database '/srv/jobs.db': locking protocol; locks") == 0);
    CHECK(error.kind() == ErrorKind::busy);
}
