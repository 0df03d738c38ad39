#pragma once

#include "app/schedule_standing.hpp"
#include "cli/context.hpp"

namespace escher::cli {

/// "schedule 'nightly': last due ... : created job 17 (completed); next ..."; for people.
[[nodiscard]] std::string describe(Context& context, const ScheduleSummary& schedule, Time now);

} // namespace escher::cli
