#pragma once

#include "cli/context.hpp"

namespace escher::cli {

/// Everything known of one job.
struct JobSheet {
    Job job;
    std::vector<Run> runs;
    std::vector<Message> messages;
    std::vector<Note> notes;
    std::string reason; ///< why it is not running, or ended as it did
    JobPolicy policy; ///< the rules that it is run under
    std::optional<std::vector<std::string>> argv = {}; ///< what it executes; none: not known
};

/// For people: sections of aligned lines on a terminal, else lines of tab-separated fields that begin with what they
/// tell ("state", "run", "message", ...). Safe for a terminal.
[[nodiscard]] std::string sheet_text(Context& context, const JobSheet& sheet, Time now);

} // namespace escher::cli
