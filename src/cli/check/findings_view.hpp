#pragma once

#include "app/findings.hpp"
#include "terminal/look.hpp"

#include <string>

namespace escher::cli {

/// A line each: "ok    TEXT", "fail  TEXT" and the fix on a line of its own; in a pipe "fail<TAB>TEXT; fix: FIX".
[[nodiscard]] std::string findings_text(const Findings& findings, const Look& look);

} // namespace escher::cli
