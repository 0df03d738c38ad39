#include "sqlite/failure.hpp"

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
        ExitStatus status;
        const char* words;
    };
    const Case cases[] = {
        {{SQLITE_BUSY}, ExitStatus::busy, "database.busy_timeout"},
        {{SQLITE_BUSY_RECOVERY}, ExitStatus::busy, "recovering"},
        {{SQLITE_BUSY_SNAPSHOT}, ExitStatus::busy, "begun to read"},
        {{SQLITE_LOCKED}, ExitStatus::busy, "database.busy_timeout"},
        {{SQLITE_PROTOCOL}, ExitStatus::busy, "local file system"},
        {{SQLITE_FULL}, ExitStatus::io, "file system of /srv/jobs.db"},
        {{SQLITE_READONLY}, ExitStatus::permission, "check"},
        {{SQLITE_READONLY, 0, true}, ExitStatus::io, "ulimit -n"},
        {{SQLITE_READONLY_CANTINIT, 0, true}, ExitStatus::io, "try again"},
        {{SQLITE_READONLY_DIRECTORY}, ExitStatus::permission, "directory of /srv/jobs.db"},
        {{SQLITE_READONLY_DBMOVED, 0, true}, ExitStatus::unavailable, "moved, removed or replaced"},
        {{SQLITE_READONLY_RECOVERY}, ExitStatus::permission, "check"},
        {{SQLITE_CANTOPEN}, ExitStatus::unavailable, "directory"},
        {{SQLITE_CANTOPEN, EACCES}, ExitStatus::permission, "check"},
        {{SQLITE_CANTOPEN, EROFS}, ExitStatus::permission, "check"},
        {{SQLITE_CANTOPEN, EMFILE}, ExitStatus::io, "ulimit -n"},
        {{SQLITE_CANTOPEN, ENFILE}, ExitStatus::io, "fs.file-max"},
        {{SQLITE_CANTOPEN, ENOMEM}, ExitStatus::io, "free memory"},
        {{SQLITE_CANTOPEN, ENOSPC}, ExitStatus::io, "free some space"},
        {{SQLITE_CANTOPEN, EIO}, ExitStatus::io, "kernel's log"},
        {{SQLITE_CANTOPEN_ISDIR}, ExitStatus::unavailable, "a directory"},
        {{SQLITE_CANTOPEN_SYMLINK}, ExitStatus::unavailable, "a symbolic link"},
        {{SQLITE_IOERR, EIO}, ExitStatus::io, "kernel's log"},
        {{SQLITE_IOERR_WRITE, ENOSPC}, ExitStatus::io, "free some space"},
        {{SQLITE_IOERR_WRITE, EDQUOT}, ExitStatus::io, "free some space"},
        {{SQLITE_IOERR_READ, EIO}, ExitStatus::io, "kernel's log"},
        {{SQLITE_IOERR_FSYNC}, ExitStatus::io, "kernel's log"},
        {{SQLITE_IOERR_SHMMAP, ENOMEM}, ExitStatus::io, "free memory"},
        {{SQLITE_IOERR_SHMOPEN, EMFILE}, ExitStatus::io, "ulimit -n"},
        {{SQLITE_IOERR_NOMEM}, ExitStatus::io, "free memory"},
        {{SQLITE_IOERR_LOCK, ENOLCK}, ExitStatus::io, "locks on it fail"},
        {{SQLITE_IOERR_SHMLOCK, EIO}, ExitStatus::io, "locks on it fail"},
        {{SQLITE_CORRUPT}, ExitStatus::unavailable, ".recover"},
        {{SQLITE_CORRUPT, EIO}, ExitStatus::io, "could not be read"},
        {{SQLITE_NOTADB}, ExitStatus::unavailable, ".recover"},
        {{SQLITE_NOTADB, EIO}, ExitStatus::io, "could not be read"},
        {{SQLITE_NOMEM}, ExitStatus::io, "free memory"},
        {{SQLITE_NOLFS}, ExitStatus::io, "file system"},
        {{SQLITE_TOOBIG}, ExitStatus::bad_data, "file"},
        {{SQLITE_CONSTRAINT_CHECK}, ExitStatus::bad_data, "escher-cron-db(7)"},
        {{SQLITE_MISMATCH}, ExitStatus::bad_data, "escher-cron-db(7)"},
        {{SQLITE_SCHEMA}, ExitStatus::busy, "next try"},
        {{SQLITE_ABORT_ROLLBACK}, ExitStatus::busy, "next try"},
        {{SQLITE_INTERRUPT}, ExitStatus::busy, "next try"},
        {{SQLITE_AUTH}, ExitStatus::permission, "check"},
        {{SQLITE_PERM}, ExitStatus::permission, "check"},
        {{SQLITE_ERROR}, ExitStatus::internal, "check"},
        {{SQLITE_MISUSE}, ExitStatus::internal, "report it"},
    };
    for (const auto& [failure, status, words] : cases) {
        const auto& code = failure.code; // clang 14 cannot capture failure itself
        CAPTURE(code);
        const auto& error = failure.system_error;
        CAPTURE(error);
        const auto diagnosis = diagnose(failure, file);
        CHECK(diagnosis.status == status);
        CHECK_MESSAGE(diagnosis.remedy.find(words) != std::string::npos, diagnosis.remedy);
    }
}

TEST_CASE("a failure names what was being done, to what, SQLite's words and the remedy")
{
    const Error error = sqlite::failure_of(nullptr, SQLITE_PROTOCOL, "record the tick in the database", file);
    CHECK(std::string(error.what())
              .find("cannot record the tick in the database '/srv/jobs.db': locking protocol; locks") == 0);
    CHECK(error.status() == ExitStatus::busy);
}
