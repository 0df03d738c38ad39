#pragma once

#include "cli/context.hpp"
#include "os/seen_memory.hpp"
#include "tick/tick_lock.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

#include <functional>
#include <string>
#include <vector>

namespace escher::cli {

enum class TickKind { cron, by_hand, detached };

/// What a tick that has the lock works with, be it of its own process or the supervisor's.
struct TickHands {
    os::SeenMemory seen;
    std::function<Executor&(const std::string& instance)> begin; ///< called once, when jobs may be started
    TickLock lock;
    RunnerIdentity self;
    std::function<void(LogLevel, const std::string&)> log;
    bool logs_to_stderr = false;
};

/// The tick, from the opened store to its end; returns what to exit with. Throws Error.
[[nodiscard]] int work_through(Context& context, TickKind kind, Store& store, TickHands& hands);

/// The runs that this tick has been started in: its own, as a job's environment tells, and those around it. They wait for
/// it to end, so it must not wait for their slots. A detached tick is waited for by nobody.
[[nodiscard]] std::vector<RunId> outer_runs(TickKind kind, const std::string& instance);

} // namespace escher::cli
