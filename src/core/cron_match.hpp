#pragma once

#include <escher/schedule.hpp>

namespace escher {

using LocalMinute = std::chrono::local_time<std::chrono::minutes>;

/// The first minute of the local calendar at or after `from` that the fields match, whatever clocks do on that day.
/// None: not within 400 years, or outside of the years 1 to 9999. Goes from field to field, not from minute to minute.
[[nodiscard]] std::optional<LocalMinute> first_match(const CronFields& fields, LocalMinute from);

} // namespace escher
