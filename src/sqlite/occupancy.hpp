#pragma once

#include "sqlite/database.hpp"

namespace escher::sqlite {

/// Store::occupancy() within the caller's snapshot or transaction.
[[nodiscard]] Occupancy read_occupancy(Database& database, const SelectionLimits& limits, Time now);

/// The pauses in force.
[[nodiscard]] std::vector<Pause> read_pauses(Database& database, Time now);

/// Removes pauses that have run out, within the caller's transaction.
void drop_old_pauses(Database& database, Time now);

} // namespace escher::sqlite
