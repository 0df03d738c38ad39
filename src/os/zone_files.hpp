#pragma once

#include "core/zone.hpp"

#include <memory>

namespace escher::os {

/// Loads "Europe/Berlin" and the like from /usr/share/zoneinfo ($TZDIR), "UTC" without any file, and "local" from $TZ
/// or /etc/localtime. Null: no such zone. A name that would leave the directory is no zone. Loaded once each.
/// Throws Error where a file is there, or may be, and cannot be read.
[[nodiscard]] std::shared_ptr<const Zone> load_zone(const std::string& name);

} // namespace escher::os
