#pragma once

#include "core/zone.hpp"

#include <memory>
#include <string>

namespace escher::test {

/// The contents of a zone file of the system (package tzdata).
std::string zone_file(const std::string& name);

/// That zone; each is read once.
std::shared_ptr<const Zone> zone(const std::string& name);

/// The instant of an RFC 3339 text.
Time at(const std::string& text);

} // namespace escher::test
