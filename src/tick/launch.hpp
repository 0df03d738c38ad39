#pragma once

#include "config/config.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// A claimed job that is to be started.
struct Launch {
    LaunchSpec spec;
    JobPolicy policy; ///< also of what comes after the run
};

/// What becomes of a claimed job now, by the config: it is started, or not at all, being of a task that is not there, or
/// a command that is not allowed, or too late for its schedule. The tick does it, and `plan` tells it.
[[nodiscard]] std::variant<Launch, RunRejected> decide_launch(const Config& config, const Claim& claim, Time now);

/// Tells the job in whose runs the tick itself runs. None: it runs in none, and nothing is told.
void tell_outer_runs(LaunchSpec& spec, const std::vector<RunId>& outer);

} // namespace escher
