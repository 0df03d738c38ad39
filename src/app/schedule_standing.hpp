#pragma once

#include "config/config.hpp"

#include <escher/store.hpp>

#include <string>

namespace escher {

/// How a schedule stands: its last due time and what became of it, and the next one.
struct ScheduleStanding {
    std::string name;
    std::string recurrence; ///< as the config says it; empty: the config does not have this schedule any more
    bool enabled = false;
    std::optional<Occurrence> last; ///< none: it was never due
    std::optional<JobState> last_state; ///< of the job that the last due time made, if that is still known
    std::optional<Time> next; ///< none: it is disabled or not in the config, or nothing lies ahead

    [[nodiscard]] bool in_config() const { return !recurrence.empty(); }
};

/// Throws Error as the store does.
[[nodiscard]] ScheduleStanding schedule_standing(const Schedule& schedule, Store& store, Time now);

/// Of a name that the config or only the database knows. Throws Error{usage} with a did-you-mean for any other.
[[nodiscard]] ScheduleStanding schedule_standing(const Config& config, const std::string& name, Store& store,
                                                 Time now);

} // namespace escher
