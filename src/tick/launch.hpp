#pragma once

#include "config/config.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// What to execute for a claimed job, by the config. `instance` is the database's uuid. Throws RejectedJob if the
/// config does not allow it.
[[nodiscard]] LaunchSpec launch_spec(const Config& config, const std::string& instance, const Claim& claim);

/// Why this job of a schedule may not start any more: it is later than the schedule's deadline. None: it may.
[[nodiscard]] std::optional<std::string> missed_deadline(const Config& config, const Job& job, Time now);

} // namespace escher
