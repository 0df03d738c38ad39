#pragma once

#include "app/findings.hpp"

#include <string>

namespace escher {

/// What `check` prints: {"schema": 1, ok, findings: [{level, text, fix}]}.
[[nodiscard]] std::string findings_json(const Findings& findings);

} // namespace escher
