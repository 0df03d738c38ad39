#pragma once

#include "config/config.hpp"

#include <escher/store.hpp>

namespace escher {

/// What a plan depends on besides config, store and time.
struct PlanWorld {
    RunnerIdentity runner; ///< whoever would run the tick
    std::string host;
    std::string boot_id;
    std::optional<std::string> held = {}; ///< why no tick starts anything
    std::optional<double> load = 0; ///< average of one minute; none: not known
    std::function<std::string(Time)> clock; ///< how times are written in reasons
    std::function<std::optional<std::string>(const Run&)>
        unsupervised; ///< why nobody looks after a run; empty: not asked
};

/// What would become of one unfinished job.
struct PlannedJob {
    enum class Action {
        start,
        refuse, ///< it would become invalid
        run, ///< it runs already
        recover, ///< its tick is gone: the kernel says what became of it when it is asked, not before
        wait,
    };
    Job job;
    Action action = Action::wait;
    std::string reason; ///< why; empty for start and run
    bool is_new = false; ///< a schedule would create it; its id is not known yet
};

/// What a tick would do first of all, before any job that it starts has ended.
struct Plan {
    Time at{};
    std::vector<PlannedJob> jobs; ///< those that start, in their order; then the others by id
    std::vector<Occurrence> occurrences; ///< due times of schedules that would be decided
    std::vector<std::string> warnings;
};

/// Does on `copy` what the tick does, with the tick's own functions. `copy` is changed by that.
/// With `world.held` nothing is done.
[[nodiscard]] Plan make_plan(Store& copy, const Config& config, const PlanWorld& world, Time at);

} // namespace escher
