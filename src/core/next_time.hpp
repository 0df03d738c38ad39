#pragma once

#include "core/zone.hpp"

#include <escher/schedule.hpp>

namespace escher {

/// One due time of a recurrence.
struct DueTime {
    Time at{}; ///< when it is due; also its nominal time, the key that it can only have once
    std::string note; ///< what daylight saving did to it, in words; usually empty
};

/// The first due time after `after` (exclusive). None: never again within 400 years, and always for AtReboot.
/// Fixed times (no star in minute or hour): one in a gap is due right after it, one in a repeated hour the first time.
/// Recurrences with a star in the minute or hour field, and Every, follow elapsed time. Costs well under 1 ms.
[[nodiscard]] std::optional<DueTime> next_due(const Recurrence& recurrence, const Zone& zone, Time after);

} // namespace escher
