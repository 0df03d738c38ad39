#pragma once

#include "config/config.hpp"
#include "tick/tick_lock.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// What happened in a tick, for whoever watches it. Called from the loop: must not throw nor block.
struct TickEvents {
    std::function<void(const Claim&)> started;
    std::function<void(const Claim&, const RunFinished&)> ended;
    std::function<void(const std::string&)> warning; ///< a person should know
    std::function<void()> woke; ///< at each turn of the loop, at least once a second
};

struct TickSetup {
    RunnerIdentity self;
    std::string version;
    std::string boot_id;
    std::string host; ///< seeds jitter
    std::string instance; ///< the database's uuid
    std::function<double()> load; ///< the load average of one minute; throws Error where it is not known
    std::vector<RunId> outer_runs; ///< that this tick runs inside, and that wait for it: they hold no slot for it
    Duration linger{}; ///< a detached tick stays this long after its last job, to spare a burst of creators
};

struct TickReport {
    TickRecord record;
    std::optional<int> stopped_by; ///< a signal
    int jobs_failed = 0; ///< runs of this tick that did not succeed
};

/// One tick, the lock being held: recover, schedule, claim, spawn, wait and record until nothing is due and no child is
/// left; then prune. Throws Error when the store fails beyond repair while no job of this tick runs.
TickReport run_tick(Store& store, Executor& jobs, TickLock& lock, const Config& config, const TickSetup& setup,
                    const Clock& now, const TickEvents& events = {});

} // namespace escher
