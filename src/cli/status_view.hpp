#pragma once

#include "app/status_facts.hpp"
#include "terminal/look.hpp"

#include <string>

namespace escher::cli {

/// On a terminal labelled lines and a table of the schedules; else "key<TAB>value" lines.
[[nodiscard]] std::string status_text(const StatusFacts& facts, const Look& look);

} // namespace escher::cli
