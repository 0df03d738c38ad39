#pragma once

#include <escher/job.hpp>

#include <optional>
#include <string_view>

namespace escher {

/// "40", "40%", "12.5" or "3/8" as percent, 0 to 100. None: it is none of these, or out of range.
[[nodiscard]] std::optional<double> parse_progress(std::string_view text);

/// Whether saying `next` after `last` would tell anything new. Spares the database a job that reports in a tight loop.
[[nodiscard]] bool tells_more(const std::optional<Progress>& last, const Progress& next);

} // namespace escher
