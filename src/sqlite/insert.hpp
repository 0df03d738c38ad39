#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

namespace escher::sqlite {

/// Inserts one job within the caller's transaction. Throws Error{bad_data} that begins with `what`, like "job 3".
Created insert_job(Database& database, const NewJob& job, const std::string& what, Time now);

/// The unfinished job with this unique key.
[[nodiscard]] std::optional<Created> holder_of(Database& database, const std::string& unique_key);

} // namespace escher::sqlite
