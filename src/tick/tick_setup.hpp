#pragma once

#include <escher/run.hpp>
#include <escher/store.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace escher {

struct TickSetup {
    RunnerIdentity self;
    std::string version;
    std::string boot_id;
    std::string host; ///< seeds jitter

    /// Told of each claim before anything of it is executed. What it returns says why nothing may be started from this store any
    /// more; none: go on. Throws Error where these may not be started now. Empty: nobody asks.
    std::function<std::optional<std::string>(std::span<const Claim>)> note_claims;

    std::function<double()> load; ///< the load average of one minute; throws Error where it is not known
    std::vector<RunId> outer_runs; ///< that this tick runs inside, and that wait for it: they hold no slot for it
    bool stays = false; ///< and claims, as long as an older tick sees jobs home
    Duration linger{}; ///< a detached tick stays this long after its last job, to spare a burst of creators
};

} // namespace escher
