#include "sqlite/connection/failure.hpp"

#include "core/errno_text.hpp"
#include "sqlite/connection/file_access.hpp"
#include "sqlite/connection/own_files.hpp"

#include <sqlite3.h>

#include <array>
#include <cerrno>

namespace escher::sqlite {

namespace {

constexpr const char* may_not = "this user may not access it or its directory: `escher-cron check` tells why";
constexpr const char* our_fault = "this is a mistake in escher-cron: please report it, with this message";
constexpr const char* once_more = "the next try starts afresh; if it happens again and again, report it";
constexpr const char* locks_fail = "locks on it fail, or other programs contend for it without end: it must lie on a "
                                   "local file system, and `fuser` tells who uses it";

bool denies(int error)
{
    return error == EACCES || error == EPERM || error == EROFS;
}

/// Of the machine at this moment, not of the file.
bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN || error == ENOSPC ||
           error == EDQUOT;
}

Diagnosis of_the_system(int error, const std::string& file)
{
    if (error == ENOSPC || error == EDQUOT)
        return {ErrorKind::io, "the disk is full: free some space on the file system of " + file};
    std::string what = remedy(error);
    if (what.starts_with("; "))
        what.erase(0, 2);
    return {ErrorKind::io, what.empty() ? "the disk or the file system fails: see the kernel's log" : what};
}

Diagnosis of_a_busy_one(int code)
{
    switch (code) {
    case SQLITE_BUSY_RECOVERY:
        return {ErrorKind::busy, "another program is recovering it after a crash: try again when that has ended"};
    case SQLITE_BUSY_SNAPSHOT:
        return {ErrorKind::busy, "it was changed after this transaction had begun to read: try again"};
    default:
        return {ErrorKind::busy,
                "other programs have held it for longer than database.busy_timeout: `fuser` tells which"};
    }
}

Diagnosis of_a_read_only_one(const Failure& failure, const std::string& file)
{
    if (failure.code == SQLITE_READONLY_DBMOVED)
        return {ErrorKind::unavailable, "the file was moved, removed or replaced while it was open: nothing more is "
                                        "written to the old one; put it back, or start anew with `escher-cron init`"};
    if (failure.code == SQLITE_READONLY_ROLLBACK)
        return {ErrorKind::unavailable, "a program died while it wrote, and what it has left in " + file +
                                            "-journal has to be undone by one that may write: the next tick, or any "
                                            "command that changes something, does that or says why not"};
    // SQLite tries once more for reading only, whatever the first failure was, and keeps no errno.
    if (failure.may_write)
        return {ErrorKind::io, "this user may write it, but the system has refused a moment ago, as where no "
                               "descriptor is to be had: try again, and raise the limit of open files (ulimit -n) if "
                               "that does not help"};
    if (failure.code == SQLITE_READONLY_DIRECTORY)
        return {ErrorKind::permission, "this user cannot write the directory of " + file +
                                           ", where SQLite keeps its journal: `escher-cron check` tells why"};
    return {ErrorKind::permission, "it cannot be written by this user: `escher-cron check` tells why"};
}

Diagnosis of_one_that_cannot_be_opened(const Failure& failure, const std::string& file)
{
    switch (failure.code) {
    case SQLITE_CANTOPEN_ISDIR:
        return {ErrorKind::unavailable, "it is a directory: set database.path to a file"};
    case SQLITE_CANTOPEN_SYMLINK:
        return {ErrorKind::unavailable, "it is a symbolic link: set database.path to the file itself"};
    default:
        break;
    }
    if (denies(failure.system_error))
        return {ErrorKind::permission, may_not};
    if (is_shortage(failure.system_error) || failure.system_error == EIO)
        return of_the_system(failure.system_error, file);
    return {ErrorKind::unavailable, "does its directory exist, and may this user write there?"};
}

Diagnosis of_an_io_error(const Failure& failure, const std::string& file)
{
    switch (failure.code) {
    case SQLITE_IOERR_NOMEM:
        return of_the_system(ENOMEM, file);
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_UNLOCK:
    case SQLITE_IOERR_CHECKRESERVEDLOCK:
    case SQLITE_IOERR_SHMLOCK:
        return {ErrorKind::io, locks_fail};
    default:
        return of_the_system(failure.system_error, file);
    }
}

/// "Malformed" is also what SQLite makes of a read that failed.
Diagnosis of_a_damaged_one(const Failure& failure, const std::string& file)
{
    if (failure.system_error != 0)
        return {ErrorKind::io, "it could not be read, which says nothing of its contents: see the kernel's log, and "
                               "look at it with `escher-cron check --full` when the disk is well"};
    return {ErrorKind::unavailable, "nothing was written. Restore a backup, or save what can be read with `sqlite3 " +
                                        file + " .recover | sqlite3 recovered.db`"};
}

} // namespace

Diagnosis diagnose(const Failure& failure, const std::string& file)
{
    switch (failure.code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return of_a_busy_one(failure.code);
    case SQLITE_PROTOCOL:
        return {ErrorKind::busy, locks_fail};
    case SQLITE_FULL:
        return of_the_system(ENOSPC, file);
    case SQLITE_READONLY:
        return of_a_read_only_one(failure, file);
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return {ErrorKind::permission, may_not};
    case SQLITE_CANTOPEN:
        return of_one_that_cannot_be_opened(failure, file);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return of_a_damaged_one(failure, file);
    case SQLITE_IOERR:
        return of_an_io_error(failure, file);
    case SQLITE_NOMEM:
        return {ErrorKind::io, "free memory or lower run.concurrency"};
    case SQLITE_NOLFS:
        return {ErrorKind::io, "the file system does not take a file of this size: move it to one that does"};
    case SQLITE_TOOBIG:
        return {ErrorKind::bad_data,
                "a value is longer than is taken: put it into a file and pass its name; a row that holds "
                "it already is found by length() of its columns, and its job is cancelled with "
                "sqlite3(1)"};
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return {ErrorKind::bad_data, "escher-cron-db(7) tells what a row must be like"};
    case SQLITE_SCHEMA:
    case SQLITE_ABORT:
    case SQLITE_INTERRUPT:
        return {ErrorKind::busy, once_more};
    case SQLITE_ERROR:
        return {ErrorKind::internal, "`escher-cron check` tells whether its tables are ours; if they are, report it"};
    default:
        return {ErrorKind::internal, our_fault};
    }
}

namespace {

int last_error_of(sqlite3_file* file)
{
    int error = 0;
    // A journal in memory has no controls.
    if (file == nullptr || file->pMethods == nullptr || file->pMethods->xFileControl == nullptr ||
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error) != SQLITE_OK)
        return 0;
    return error;
}

/// The database file and its log.
constexpr std::array files = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};

/// Null: there is none.
sqlite3_file* file_of(sqlite3* connection, int which)
{
    sqlite3_file* file = nullptr;
    const bool told = connection != nullptr && sqlite3_file_control(connection, "main", which, &file) == SQLITE_OK;
    return told ? file : nullptr;
}

/// The errno that SQLite remembers of the database file or, if there is none, of its log.
int last_error_of_files(sqlite3* connection)
{
    for (const int which : files)
        if (const int error = last_error_of(file_of(connection, which)); error != 0)
            return error;
    return 0;
}

int system_error_of(sqlite3* connection, int code)
{
    if (connection == nullptr)
        return 0;
    switch (code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: {
        const int error = sqlite3_system_errno(connection);
        return error != 0 || (code & 0xff) == SQLITE_CANTOPEN ? error : last_error_of_files(connection);
    }
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return last_error_of_files(connection);
    default:
        return 0;
    }
}

} // namespace

void forget_system_errors(sqlite3* connection) noexcept
{
    forget_refusal();
    // SQLite notes that it was no error of the system when a file ends before what is read of it.
    constexpr sqlite3_int64 behind_any_file = sqlite3_int64{1} << 60;
    char byte = 0;
    for (const int which : files)
        if (sqlite3_file* const file = file_of(connection, which); last_error_of(file) != 0)
            file->pMethods->xRead(file, &byte, 1, behind_any_file);
}

Error failure_of(sqlite3* connection, int code, std::string_view operation, const std::filesystem::path& file)
{
    std::string text = "cannot ";
    text += operation;
    text += " '" + file.string() + "': ";
    const int primary = code & 0xff;
    // It opens for reading only, and says that, what it may not open for writing.
    if ((primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY) && !refusal().empty())
        return {ErrorKind::unavailable, text + refusal()};
    const bool has_message = connection != nullptr && (sqlite3_errcode(connection) & 0xff) == primary;
    text += has_message ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    const Failure failure{.code = code,
                          .system_error = system_error_of(connection, code),
                          .may_write = primary == SQLITE_READONLY && may_write_all(file)};
    if (failure.system_error != 0)
        text += " (" + errno_text(failure.system_error) + ")";
    const auto diagnosis = diagnose(failure, file.string());
    return {diagnosis.kind, text + "; " + diagnosis.remedy};
}

void throw_failure(sqlite3* connection, int code, std::string_view operation, const std::filesystem::path& file)
{
    throw failure_of(connection, code, operation, file);
}

} // namespace escher::sqlite
