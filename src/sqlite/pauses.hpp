#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

namespace escher::sqlite {

/// The pauses in force.
[[nodiscard]] std::vector<Pause> read_pauses(Database& database, Time now);

/// Removes pauses that have run out, within the caller's transaction.
void drop_old_pauses(Database& database, Time now);

} // namespace escher::sqlite
