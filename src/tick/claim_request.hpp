#pragma once

#include "config/config.hpp"

#include <escher/store.hpp>

namespace escher {

/// The limits that the config sets on selection.
[[nodiscard]] SelectionLimits selection_limits(const Config& config);

/// What a tick asks the store for with all its slots free. `plan` asks the same.
[[nodiscard]] ClaimRequest claim_request(const Config& config, const RunnerIdentity& runner);

} // namespace escher
