#pragma once

#include "app/plan.hpp"

#include <string>

namespace escher::cli {

struct PlanLook {
    bool terminal = false;
    bool color = false;
    int width = 80;
};

/// One line and one reason per job.
[[nodiscard]] std::string plan_text(const Plan& plan, const PlanLook& look);

} // namespace escher::cli
