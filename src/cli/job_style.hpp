#pragma once

#include "terminal/look.hpp"
#include "terminal/render.hpp"

#include <escher/job.hpp>

namespace escher::cli {

[[nodiscard]] Style style_of(JobState state);

/// "2030-01-31 08:00:00 (in 3 h)" on a terminal, else RFC 3339.
[[nodiscard]] std::string time_text(Time time, Time now, const Look& look);

} // namespace escher::cli
