#pragma once

#include "core/next_time.hpp"

#include <escher/schedule.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace escher {

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

/// Of a schedule: its zone, its jitter on this host.
[[nodiscard]] NextTimes next_times(const Schedule& schedule, Time from, int count);

/// One time of one of several recurrences.
struct Soonest {
    const NextTimes* of;
    const NextTimes::Due* due;
};

/// The times of all that are enabled, in their order; they refer to `all`.
[[nodiscard]] std::vector<Soonest> soonest_first(std::span<const NextTimes> all);

} // namespace escher
