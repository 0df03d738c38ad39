#pragma once

#include "config/config.hpp"

#include <string>

namespace escher {

/// The config's schedule of that name; null: it has none. It is the config's own.
[[nodiscard]] const Schedule* find_schedule(const Config& config, const std::string& name);

/// "there is no [schedule.NAME] in the config", and which one could be meant.
[[nodiscard]] std::string no_such_schedule(const Config& config, const std::string& name);

} // namespace escher
