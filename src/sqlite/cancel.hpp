#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

namespace escher::sqlite {

/// Store::cancel() within the caller's transaction; dependants are left to settle_dependants().
CancelResult cancel_job(Database& database, JobId job, const std::string& reason, Time now);

} // namespace escher::sqlite
