#pragma once

#include "config/config.hpp"
#include "tick/tick_events.hpp"
#include "tick/tick_lock.hpp"
#include "tick/tick_setup.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// One tick, the lock being held: recover, schedule, claim, spawn, wait and record until nothing is due and no child is
/// left; then prune. Throws Error when the store fails beyond repair while no job of this tick runs.
TickReport run_tick(Store& store, Executor& jobs, TickLock& lock, const Config& config, const TickSetup& setup,
                    const Clock& now, const TickEvents& events = {});

} // namespace escher
