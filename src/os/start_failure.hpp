#pragma once

#include "os/launch_plan.hpp"

namespace escher::os {

/// What is wrong with the strings that exec takes; empty: nothing.
[[nodiscard]] std::string find_fault(const LaunchSpec& spec);

/// What the failure that a child told of in its plan means: the job's own fault, or the system's.
[[nodiscard]] StartResult explain_failure(const LaunchPlan& plan, const LaunchSpec& spec, const Account& account);

} // namespace escher::os
