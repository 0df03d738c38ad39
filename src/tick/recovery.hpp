#pragma once

#include "config/config.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// What looking after the runs of other ticks came to.
struct Recovery {
    std::vector<RunReport> reports; ///< of runs whose runner is dead, to be recorded
    std::vector<RunningJob> orphaned; ///< processes of theirs were still there; they have been sent KILL
    std::vector<RunningJob> doubtful; ///< the kernel could not tell: left running, unsupervised
};

/// Asks the kernel about each of `running` that `jobs` does not own. `jitter` is drawn from [0, 1).
[[nodiscard]] Recovery recover_lost(const std::vector<RunningJob>& running, Executor& jobs, const Config& config,
                                    const RunnerIdentity& self, Time now, double jitter);

} // namespace escher
