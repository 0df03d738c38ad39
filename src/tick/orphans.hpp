#pragma once

#include "config/config.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// What a look after the runs of other ticks came to.
struct OrphanLook {
    std::vector<RunReport> reports; ///< of runs whose runner is dead, to be recorded
    std::vector<std::string> warnings; ///< for people
};

/// The runs whose ticks died. Only the tick that holds the lock looks after them, or two might retry one job.
class Orphans {
public:
    /// Asks the kernel about each of `running` that `jobs` does not own, and sends KILL to what a dead tick has left of
    /// its runs. `jitter` is drawn from [0, 1).
    [[nodiscard]] OrphanLook look(const std::vector<RunningJob>& running, Executor& jobs, const Config& config,
                                  const RunnerIdentity& self, Time now, double jitter);

    /// True while killed processes may be gone in a moment: stay until then, and look again soon.
    [[nodiscard]] bool awaited() const;

    /// Another tick looks after them now.
    void leave() { looks_ = 0; }

private:
    int looks_ = 0; ///< in a row that found processes still there
};

} // namespace escher
