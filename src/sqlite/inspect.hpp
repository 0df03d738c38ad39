#pragma once

#include "sqlite/open_store.hpp"

#include <string>
#include <vector>

namespace escher::sqlite {

/// What `check` and a supervisor want to know of a database.
struct Inspection {
    std::string instance; ///< its uuid
    int schema_version = 0;
    std::string library_version; ///< of SQLite in use
    bool wal_reset_bug = false; ///< the library is older than 3.51.3
    std::vector<std::string> problems; ///< of `PRAGMA integrity_check` and of the schema, in words; empty: sound
};

/// `full`: runs the integrity check, which reads the whole file.
[[nodiscard]] Inspection inspect(const OpenOptions& options, bool full);

} // namespace escher::sqlite
