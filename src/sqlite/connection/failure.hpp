#pragma once

#include <escher/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>

struct sqlite3;

namespace escher::sqlite {

/// What SQLite reports of a failure, and what the system says beside it.
struct Failure {
    int code = 0; ///< SQLite's, extended
    int system_error = 0; ///< the errno behind it; 0: none is known
    bool may_write = false; ///< this user may write the database and what is beside it
};

struct Diagnosis {
    ErrorKind kind = ErrorKind::internal;
    std::string remedy; ///< not empty for whatever is a failure
};

[[nodiscard]] Diagnosis diagnose(const Failure& failure, const std::string& file);

/// SQLite keeps the last errno of a file until another one takes its place, however long ago that was: what is found beside
/// a failure need not be of it. This forgets it, at the start of what is to be explained by an errno of its own; costs no
/// system call where there is nothing to forget. What cannot be forgotten, since the file cannot be read, is of this moment.
/// A file that own_files_vfs() has refused is forgotten too. `connection` may be null.
void forget_system_errors(sqlite3* connection) noexcept;

/// The Error for what SQLite last reported on `connection` (may be null) as `code`. The text names the operation, the
/// file, SQLite's own words, the system's, and the remedy.
[[nodiscard]] Error failure_of(sqlite3* connection, int code, std::string_view operation,
                               const std::filesystem::path& file);

[[noreturn]] void throw_failure(sqlite3* connection, int code, std::string_view operation,
                                const std::filesystem::path& file);

} // namespace escher::sqlite
