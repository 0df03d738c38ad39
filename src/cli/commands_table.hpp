#pragma once

#include "cli/command.hpp"

namespace escher::cli {

/// All commands, in the order in which --help lists them; the tick first.
[[nodiscard]] std::span<const Subcommand> commands();

/// Null: there is none of this name.
[[nodiscard]] const Subcommand* find_command(const std::string& name);

/// The options that work everywhere: -c, --json, -q, -v, --color, --utc, -h, -V.
[[nodiscard]] std::span<const Option> global_options();

} // namespace escher::cli
