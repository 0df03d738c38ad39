#pragma once

#include "app/plan.hpp"

#include <string>

namespace escher {

[[nodiscard]] std::string plan_json(const Plan& plan);

} // namespace escher
