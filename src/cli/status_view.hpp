#pragma once

#include "app/status_facts.hpp"

#include <string>

namespace escher::cli {

struct StatusLook {
    bool terminal = false;
    bool color = false;
    int width = 80;
    const Zone* zone = nullptr; ///< never null
};

/// On a terminal labelled lines and a table of the schedules; else "key<TAB>value" lines.
[[nodiscard]] std::string status_text(const StatusFacts& facts, const StatusLook& look);

} // namespace escher::cli
