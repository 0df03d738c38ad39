#pragma once

#include "app/next_times.hpp"
#include "terminal/look.hpp"

#include <span>
#include <string>

namespace escher::cli {

/// On a terminal a heading and a line per time; else one line per time: RFC 3339, the schedule or normalized
/// expression, and the note, separated by tabs.
[[nodiscard]] std::string next_text(const NextTimes& next, Time now, const Look& look);

/// What next_text writes outside a terminal, of all that are enabled together: soonest first.
[[nodiscard]] std::string next_rows(std::span<const NextTimes> all);

} // namespace escher::cli
