#pragma once

#include "config/config.hpp"

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// What to execute for a claimed job, by the config. `instance` is the database's uuid. Throws RejectedJob if the
/// config does not allow it.
[[nodiscard]] LaunchSpec launch_spec(const Config& config, const std::string& instance, const Claim& claim);

} // namespace escher
