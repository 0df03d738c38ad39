#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

namespace escher::sqlite {

/// Store::occupancy() within the caller's snapshot or transaction.
[[nodiscard]] Occupancy read_occupancy(Database& database, const SelectionLimits& limits, Time now);

} // namespace escher::sqlite
