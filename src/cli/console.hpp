#pragma once

#include "cli/command.hpp"
#include "terminal/look.hpp"

#include <string>

namespace escher::cli {

/// Stdout was closed by its reader: the program ends at once and says nothing.
struct ClosedPipe {};

/// Where a command speaks to whoever called it: stdout is data, stderr narration.
class Console {
public:
    explicit Console(const Arguments& arguments);

    bool json = false;
    bool quiet = false;
    int verbose = 0;
    bool out_terminal = false; ///< stdout is a terminal: tables, relative times
    bool err_terminal = false;
    bool color = false; ///< for stdout; NO_COLOR and --color considered

    /// How what goes to stdout is rendered.
    [[nodiscard]] Look look(const Zone& zone) const;

    /// How narration is rendered: as for a terminal only where lines can be redrawn.
    [[nodiscard]] Look narration_look(const Zone& zone) const;

    /// Writes to stdout, at once and whole; throws Error{io} if that fails (a closed pipe ends the program quietly).
    void out(const std::string& text);

    /// Narration to stderr, a newline added; nothing with --quiet.
    void narrate(const std::string& text);

    /// A warning to stderr, even with --quiet: "escher-cron: warning: ...".
    void warn(const std::string& text);

    /// A failure that does not end the command, to stderr, even with --quiet: "escher-cron: ...".
    void complain(const std::string& text);
};

} // namespace escher::cli
