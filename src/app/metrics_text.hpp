#pragma once

#include "app/status_facts.hpp"

#include <string>

namespace escher {

/// What status knows in the text format of Prometheus. What is not known is left out.
[[nodiscard]] std::string metrics_text(const StatusFacts& facts);

} // namespace escher
