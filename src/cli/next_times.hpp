#pragma once

#include "core/next_time.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace escher::cli {

/// What `next` says of one recurrence.
struct NextTimes {
    std::string schedule; ///< empty: an expression
    std::string expression; ///< as given; empty for a schedule
    std::string normalized;
    std::string explanation;
    std::string zone_name;
    bool enabled = true;
    Duration jitter{};

    struct Due {
        Time at{}; ///< nominal
        Time due{}; ///< with the jitter
        std::string due_local; ///< RFC 3339 with the zone's offset
        std::string local; ///< RFC 3339 with the zone's offset
        std::string zone; ///< abbreviation
        std::string note; ///< what daylight saving did to it
    };
    std::vector<Due> times;

    /// Clock changes between `from` and the last of the times, in words.
    std::vector<std::string> clock_changes;
};

/// How much later than its nominal time something is due.
using JitterAt = std::function<Duration(Time nominal)>;

/// The next `count` times after `from`. Without `jitter` each is due at its nominal time.
[[nodiscard]] NextTimes next_times(const Recurrence& recurrence, const Zone& zone, Time from, int count,
                                   const JitterAt& jitter = {});

/// On a terminal a heading and a line per time; else one line per time: RFC 3339, the schedule or normalized
/// expression, and the note, separated by tabs.
[[nodiscard]] std::string next_text(const NextTimes& next, Time now, bool terminal, bool color);

/// What next_text writes outside a terminal, of all that are enabled together: soonest first.
[[nodiscard]] std::string next_rows(std::span<const NextTimes> all);

/// {"schema": 1, ..., "times": [...]}.
[[nodiscard]] std::string next_json(const NextTimes& next);

/// {"schema": 1, "schedules": [...]}; the times of all that are enabled together, soonest first, are in "times".
[[nodiscard]] std::string next_json(std::span<const NextTimes> all);

} // namespace escher::cli
