#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

/// The condition of the index {job}_intake, word for word.
#define ESCHER_INTAKE                                                                                                \
    "WHERE state IN ('available', 'scheduled', 'retryable') AND (typeof(queue) <> 'text' OR queue = '' "             \
    "OR typeof(priority) <> 'integer' OR priority NOT BETWEEN -1000000 AND 1000000 "                                 \
    "OR typeof(run_at) <> 'integer' OR run_at NOT BETWEEN 0 AND 253402300799999)"

namespace escher::sqlite {

/// How many rows one transaction promotes or takes in at most, so that no client waits long for the write lock.
inline constexpr int most_rows_at_once = 20'000;

/// True if scheduled or retryable jobs have come due.
[[nodiscard]] bool promotion_waits(Database& database, Time now);

/// Makes them available.
void promote(Database& database, Time now);

/// True if there are rows that this claimer is to take in.
[[nodiscard]] bool intake_waits(Database& database, const ClaimRequest& request);

/// Fills in the queue and the priority of rows of plain SQL; makes invalid those whose values cannot be sorted.
void take_in(Database& database, const ClaimRequest& request, Time now);

} // namespace escher::sqlite
