#include "sqlite/failure.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace escher::sqlite {

namespace {

struct Diagnosis {
    ExitStatus status;
    std::string remedy;
};

Diagnosis diagnose(int code, int system_error, const std::string& file)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {ExitStatus::busy, "another program has held it for longer than database.busy_timeout"};
    case SQLITE_FULL:
        return {ExitStatus::io, "the disk is full: free some space on the file system of " + file};
    case SQLITE_READONLY:
        return {ExitStatus::permission, "it cannot be written by this user: `escher-cron check` tells why"};
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return {ExitStatus::permission, "this user may not access it: `escher-cron check` tells why"};
    case SQLITE_CANTOPEN:
        if (system_error == EACCES || system_error == EPERM || system_error == EROFS)
            return {ExitStatus::permission,
                    "this user may not access it or its directory: `escher-cron check` tells why"};
        return {ExitStatus::unavailable, "does its directory exist, and may this user write there?"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {ExitStatus::unavailable, "nothing was written. Restore a backup, or save what can be read with "
                                         "`sqlite3 " +
                                             file + " .recover | sqlite3 recovered.db`"};
    case SQLITE_IOERR:
        if (system_error == ENOSPC || system_error == EDQUOT)
            return {ExitStatus::io, "the disk is full: free some space on the file system of " + file};
        return {ExitStatus::io, "the disk or the file system fails: see the kernel's log"};
    case SQLITE_NOMEM:
        return {ExitStatus::internal, "out of memory"};
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        return {ExitStatus::bad_data, ""};
    default:
        return {ExitStatus::internal, ""};
    }
}

} // namespace

void throw_failure(sqlite3* connection, int code, std::string_view operation, const std::filesystem::path& file)
{
    const int system_error = connection == nullptr ? 0 : sqlite3_system_errno(connection);
    const auto diagnosis = diagnose(code, system_error, file.string());
    std::string text = "cannot ";
    text += operation;
    text += " '" + file.string() + "': ";
    const bool has_message = connection != nullptr && (sqlite3_errcode(connection) & 0xff) == (code & 0xff);
    text += has_message ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    const int primary = code & 0xff;
    if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && system_error != 0)
        text += std::string(" (") + std::strerror(system_error) + ")";
    if (!diagnosis.remedy.empty())
        text += "; " + diagnosis.remedy;
    throw Error(diagnosis.status, text);
}

} // namespace escher::sqlite
