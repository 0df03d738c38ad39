#pragma once

#include "app/plan.hpp"

#include <string>

namespace escher {

/// What `plan` prints: {"schema": 1, at, jobs, occurrences, warnings}; a job that is not there yet has no id.
[[nodiscard]] std::string plan_json(const Plan& plan);

} // namespace escher
