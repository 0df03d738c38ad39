#pragma once

#include <escher/error.hpp>

#include <filesystem>
#include <string_view>

struct sqlite3;

namespace escher::sqlite {

/// Throws the Error for what SQLite last reported on `connection` (may be null) as `code`. The text names the
/// operation, the file, SQLite's own words and, where there is one, the remedy.
[[noreturn]] void throw_failure(sqlite3* connection, int code, std::string_view operation,
                                const std::filesystem::path& file);

} // namespace escher::sqlite
