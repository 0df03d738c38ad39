#pragma once

#include <escher/schedule.hpp>

#include <string>
#include <string_view>

namespace escher {

/// Parses a cron expression of Debian cron's dialect (crontab(5)) with cronie's `~`, or one of @yearly, @annually,
/// @monthly, @weekly, @daily, @midnight, @hourly, @reboot. `seed` (host and schedule name) fixes what `~` chooses.
/// Throws std::invalid_argument: what is wrong, where, and what to write instead.
[[nodiscard]] Recurrence parse_cron(std::string_view text, std::string_view seed);

/// The shortest expression that means the same, names resolved: "*/15 9-17 * * 1-5", "every 15m", "@reboot".
[[nodiscard]] std::string normalize(const Recurrence& recurrence);

/// In words: "at 03:30 on Monday to Friday", "every 15 minutes", "once after each boot".
[[nodiscard]] std::string explain(const Recurrence& recurrence);

} // namespace escher
