#pragma once

#include "core/zone.hpp"

#include <escher/schedule.hpp>

namespace escher {

/// One due time of a recurrence.
struct DueTime {
    Time at{}; ///< when it is due; also its nominal time, the key that it can only have once
    std::string note; ///< what daylight saving did to it, in words; usually empty
};

/// The first due time after `after` (exclusive). None: never again within 400 years or before the year 10000, and
/// always for AtReboot.
///
/// Fixed times, those without a star in the minute and hour field, are due at the first instant at which the clocks
/// show them or more: one in a gap right after it, one in a repeated hour the first time. So each is due once. This is
/// cron(8) of Debian, which runs a fixed time that the clocks jump over right after the jump and one that they repeat
/// only once; there for jumps of less than three hours, here for all.
/// With a star in the minute or hour field, each minute that the clocks show is compared by itself: such a recurrence
/// skips a gap and comes in both passes of a repeated hour; so do the wildcard jobs of Debian's cron.
/// Every counts elapsed time and knows no clocks.
///
/// A due time always falls on a whole minute of the local clocks, but for one right after a gap, which is the instant
/// of the jump, and for Every. Pure; costs well under 1 ms whatever the expression.
[[nodiscard]] std::optional<DueTime> next_due(const Recurrence& recurrence, const Zone& zone, Time after);

/// A time that a person would expect to be due, and that is not because daylight saving took it.
struct DroppedTime {
    Time at{}; ///< when it would have been; never a due time of the same recurrence
    std::string why;
};

/// What daylight saving dropped of a recurrence with fixed times, after `after` and until `until` (inclusive),
/// ascending: the second pass of a repeated time, and all but the first of several times in one gap, which together
/// are due once. (Of those, `at` is when they would have been without the jump.) Empty for all other recurrences.
[[nodiscard]] std::vector<DroppedTime> dropped_times(const Recurrence& recurrence, const Zone& zone, Time after,
                                                     Time until);

/// For how long after a change of the clocks dropped_times may have something to tell.
inline constexpr Duration longest_change = std::chrono::hours(52);

} // namespace escher
