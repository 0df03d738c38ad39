#pragma once

#include "app/plan.hpp"
#include "terminal/look.hpp"

#include <string>

namespace escher::cli {

/// One line and one reason per job.
[[nodiscard]] std::string plan_text(const Plan& plan, const Look& look);

} // namespace escher::cli
