#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

#include <map>
#include <set>

namespace escher::sqlite {

/// True if jobs whose dependencies have changed are yet to be looked at.
[[nodiscard]] bool dependants_wait(Database& database);

/// What becomes of them, and of those that wait for them in turn, through any depth.
struct Judgement {
    std::set<JobId> freed; ///< every dependency is met
    std::map<JobId, std::string> cancelled; ///< a dependency cannot be met any more: which one
};

/// Reads only.
[[nodiscard]] Judgement judge_dependants(Database& database);

/// Carries it out, within the caller's transaction.
void settle_dependants(Database& database, Time now);

} // namespace escher::sqlite
