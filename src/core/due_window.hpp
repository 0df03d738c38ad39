#pragma once

#include "core/next_time.hpp"

namespace escher {

/// The due times of a recurrence in one stretch of time.
struct DueWindow {
    std::vector<DueTime> times; ///< ascending
    /// Where there are too many, one of `times` stands for those next to it that are left out.
    struct Sum {
        std::size_t index = 0; ///< into `times`
        std::int64_t count = 0; ///< due times that it stands for, itself included
        bool at_least = false; ///< there may be more than that
        Time first{}; ///< the earliest of them
    };
    std::optional<Sum> sum;
};

/// The due times after `after` and until `until` (inclusive): all of them, or the oldest `most` and the newest `most`
/// and one between that stands for the rest. Allocates nothing if there are none. Bounded even when decades were missed.
[[nodiscard]] DueWindow due_between(const Recurrence& recurrence, const Zone& zone, Time after, Time until,
                                    std::size_t most);

} // namespace escher
