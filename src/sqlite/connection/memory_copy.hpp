#pragma once

#include "sqlite/connection/database.hpp"

namespace escher::sqlite {

/// A connection to a copy in memory of what is committed in `file`, its write-ahead log included. Reads the file and
/// the log without SQLite, which would touch the -shm file, and takes no locks: it looks whether the copy is of one
/// piece, and reads again if not. Throws Error.
[[nodiscard]] Connection copy_to_memory(const std::filesystem::path& file);

} // namespace escher::sqlite
