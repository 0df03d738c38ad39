#pragma once

#include "app/job_facts.hpp"
#include "terminal/look.hpp"

#include <string>

namespace escher::cli {

/// For people: sections of aligned lines on a terminal, else lines of tab-separated fields that begin with what they
/// tell ("state", "run", "message", ...). Safe for a terminal.
[[nodiscard]] std::string sheet_text(const JobSheet& sheet, Time now, const Look& look);

} // namespace escher::cli
