#pragma once

#include <escher/schedule.hpp>

#include <string>
#include <string_view>

namespace escher {

/// Parses a cron expression of Debian cron's dialect, or one of @yearly, @annually, @monthly, @weekly, @daily,
/// @midnight, @hourly, @reboot. The dialect is that of crontab(5) and of entry.c in Debian's cron 3.0pl1-162:
/// - A name is exactly the first three letters of a month or weekday, in any case; it may stand in lists and ranges.
/// - A step needs a range or `*` before it: `5/15` is an error there and here.
/// - A field whose first character is `*`, `*/2` and `*,5` included, is a star.
/// Debian's cron ignores what follows a complete number or star within a field (`1-5!`, `*5`) and takes a reversed
/// range (`10-5`) for an empty set, so that the line never fires; both are errors here.
/// Added to it is `~` of cronie's crontab(5) and OpenBSD's: `a~b` is one value between both, `a~`, `~b` and `~` lack a
/// bound, and with `/n` it is every n-th value from a first one among the n lowest. `seed` (host and schedule name)
/// fixes what `~` chooses.
/// Throws std::invalid_argument: what is wrong, where, and what to write instead.
[[nodiscard]] Recurrence parse_cron(std::string_view text, std::string_view seed);

/// A short expression that means the same, names and `~` resolved: "*/15 9-17 * * 1-5", "every 15m", "@reboot".
/// Where it is a cron expression, parse_cron makes the same fields of it.
[[nodiscard]] std::string normalize(const Recurrence& recurrence);

/// In words: "at 03:30 on Monday to Friday", "every 15 minutes", "once after each boot".
[[nodiscard]] std::string explain(const Recurrence& recurrence);

} // namespace escher
