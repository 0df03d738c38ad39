#pragma once

#include "app/schedule_standing.hpp"
#include "terminal/look.hpp"

namespace escher::cli {

/// "schedule 'nightly': last due ... : created job 17 (completed); next ..."; for people.
[[nodiscard]] std::string describe(const ScheduleStanding& schedule, Time now, const Look& look);

} // namespace escher::cli
