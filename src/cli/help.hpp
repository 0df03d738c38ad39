#pragma once

#include "cli/command.hpp"

namespace escher::cli {

/// At most 25 lines, with examples.
[[nodiscard]] std::string help_for(const Subcommand& command);

[[nodiscard]] std::string overview();

} // namespace escher::cli
