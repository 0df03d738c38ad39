#pragma once

#include <escher/access.hpp>
#include <escher/store.hpp>

#include <filesystem>
#include <memory>

namespace escher::sqlite {

struct OpenOptions {
    std::filesystem::path file;
    Access access = Access::write;
    bool rollback_journal = false; ///< database.journal = "delete"
    Duration busy_timeout = std::chrono::seconds(10);
    std::string table_prefix;
    std::string lock_file; ///< absolute path of the tick lock; remembered, another one is refused. Empty: not checked
};

/// Opens the database defensively and returns the Store on it. Throws Error: unavailable (missing, locked, network
/// file system, newer or foreign schema, corrupt), permission, cannot_create. The text names file, cause and remedy.
[[nodiscard]] std::unique_ptr<Store> open_store(const OpenOptions& options);

/// A Store on a private copy in memory; the file is only read, and not even its time changes.
[[nodiscard]] std::unique_ptr<Store> copy_store(const OpenOptions& options);

} // namespace escher::sqlite
