#pragma once

#include <filesystem>
#include <optional>

namespace escher::sqlite {

/// access(2) for `mode`, with its three answers: none (and errno) where the system does not say. What is not there cannot
/// be accessed.
[[nodiscard]] std::optional<bool> may_access(const std::filesystem::path& path, int mode);

/// True if this user may write the database `file`, what SQLite keeps beside it, and its directory: where SQLite has
/// opened one of them for reading only, that was not for want of permission. False too where the system does not say.
[[nodiscard]] bool may_write_all(const std::filesystem::path& file);

/// The directory that `file` is in.
[[nodiscard]] std::filesystem::path directory_of(const std::filesystem::path& file);

} // namespace escher::sqlite
