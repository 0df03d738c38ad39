#pragma once

#include "core/due_window.hpp"
#include "core/schedule_step.hpp"

namespace escher {

/// More due times than this are not made up for one by one.
inline constexpr std::size_t most_caught_up = 1000;

/// Decides what becomes of the due times of one schedule by the rules of due_occurrences, and adds a row for each to
/// `outcome`.
void decide(const ScheduleView& view, const Schedule& schedule, const DueWindow& window, Time now,
            ScheduleOutcome& outcome);

/// How much later than its due time a job of the schedule starts.
[[nodiscard]] Duration jitter_of(const Schedule& schedule, const std::string& host, Time nominal);

} // namespace escher
