#pragma once

#include <escher/store.hpp>

namespace escher {

/// What the answer to "why is this job not running?" depends on.
struct Circumstances {
    SelectionLimits limits;
    Occupancy taken;
    std::optional<TickRecord> last_tick; ///< the newest
    bool tick_lives = false; ///< one holds the lock now
    std::optional<double> load; ///< none: not known
    std::optional<double> max_load;
    std::function<bool(const Job&)>
        elsewhere; ///< of a running job: true if no tick of this host can look after its run
    std::optional<std::string> unsupervised; ///< of a running job: why nobody looks after its run
    std::optional<int> position; ///< of the job among those that could start now, from 1
    std::optional<Duration> usual_duration;
    std::function<std::string(Time)> clock; ///< how a time of day is written
    std::function<std::optional<std::string>(const Job&)> rejection; ///< why the config would not run it
};

/// Why a job is not running; for a finished one why it ended as it did; for a running one that it is being cancelled or that
/// nobody looks after it. Empty: it runs or completed.
[[nodiscard]] std::string reason_of(const Job& job, const Circumstances& circumstances, Time now);

} // namespace escher
