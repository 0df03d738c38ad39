#pragma once

#include "app/next_times.hpp"

#include <span>
#include <string>

namespace escher {

/// {"schema": 1, ..., "times": [...]}.
[[nodiscard]] std::string next_json(const NextTimes& next);

/// {"schema": 1, "schedules": [...]}; the times of all that are enabled together, soonest first, are in "times".
[[nodiscard]] std::string next_json(std::span<const NextTimes> all);

} // namespace escher
