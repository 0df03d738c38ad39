#pragma once

#include "cli/command.hpp"

namespace escher::cli {

struct Parsed {
    const Subcommand* command = nullptr; ///< never null
    Arguments arguments; ///< the global options among them
    bool help = false; ///< print help_for(*command); for the bare `--help` the overview
    bool overview = false;
    bool version = false;
};

/// Parses argv (element 0 is the program). Options may stand before and after the command word; the first word that
/// is not an option picks the command. Throws Error{usage} with a did-you-mean.
[[nodiscard]] Parsed parse_command_line(std::span<const std::string> argv);

/// How to ask for the help on what argv, though perhaps faulty, is about: "escher-cron add --help"; without a known
/// command "escher-cron --help".
[[nodiscard]] std::string help_call(std::span<const std::string> argv);

} // namespace escher::cli
