#pragma once

#include "sqlite/connection/open_options.hpp"

#include <escher/store.hpp>

#include <memory>

namespace escher::sqlite {

/// Opens the database defensively and returns the Store on it. Throws Error: unavailable (missing, locked, network
/// file system, newer or foreign schema, corrupt), permission, cannot_create. The text names file, cause and remedy.
[[nodiscard]] std::unique_ptr<Store> open_store(const OpenOptions& options);

/// A Store on a private copy in memory; the file is only read, and not even its time changes.
[[nodiscard]] std::unique_ptr<Store> copy_store(const OpenOptions& options);

} // namespace escher::sqlite
