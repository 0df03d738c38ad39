#pragma once

#include "cli/context.hpp"
#include "terminal/render.hpp"

namespace escher::cli {

[[nodiscard]] Style style_of(JobState state);

/// A time as the context wants it: "2030-01-31 08:00:00 (in 3 h)" on a terminal, else RFC 3339.
[[nodiscard]] std::string time_text(Context& context, Time time, Time now);

} // namespace escher::cli
