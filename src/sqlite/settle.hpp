#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

namespace escher::sqlite {

/// Records what a tick reports of a run, within the caller's transaction. False: stale, nothing changed. A report
/// that has been recorded already changes nothing and is not stale.
[[nodiscard]] bool record(Database& database, const RunReport& report, Time now);

/// Makes a waiting job invalid, within the caller's transaction.
void make_invalid(Database& database, JobId job, const std::string& reason, Time now);

} // namespace escher::sqlite
