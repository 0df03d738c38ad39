#pragma once

#include "app/status_facts.hpp"

#include <string>

namespace escher {

[[nodiscard]] std::string status_json(const StatusFacts& facts);

} // namespace escher
