#include "cli/console.hpp"

#include "os/host.hpp"
#include "terminal/escape.hpp"
#include "terminal/live_block.hpp"
#include "terminal/render.hpp"

#include <escher/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace escher::cli {

namespace {

/// Writes all of `text`; returns the errno, or 0.
int write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

bool wants_color(const std::string& when, bool terminal)
{
    if (when == "always" || when == "never")
        return when == "always";
    if (when != "auto")
        throw Error(ErrorKind::usage, "--color: '" + when + "' is none of auto, always and never");
    return terminal && os::environment_variable("NO_COLOR").value_or("").empty() &&
           os::environment_variable("TERM").value_or("") != "dumb";
}

} // namespace

Console::Console(const Arguments& arguments)
    : json(arguments.has("json")), quiet(arguments.has("quiet")),
      verbose(static_cast<int>(arguments.values("verbose").size())), out_terminal(::isatty(STDOUT_FILENO) == 1),
      err_terminal(::isatty(STDERR_FILENO) == 1),
      color(wants_color(arguments.value("color").value_or("auto"), out_terminal))
{
}

Look Console::look(const Zone& zone) const
{
    return {.terminal = out_terminal, .color = color, .width = terminal_size(STDOUT_FILENO).columns, .zone = &zone};
}

Look Console::narration_look(const Zone& zone) const
{
    return {.terminal = err_terminal && can_redraw(),
            .color = err_terminal && color,
            .width = terminal_size(STDERR_FILENO).columns,
            .zone = &zone};
}

void Console::out(const std::string& text)
{
    const int error = write_all(STDOUT_FILENO, text);
    if (error == EPIPE)
        throw ClosedPipe();
    if (error != 0)
        throw Error(ErrorKind::io, std::string("cannot write to standard output: ") + std::strerror(error));
}

void Console::narrate(const std::string& text)
{
    if (!quiet)
        write_all(STDERR_FILENO, text + "\n");
}

void Console::warn(const std::string& text)
{
    complain("warning: " + text);
}

void Console::complain(const std::string& text)
{
    write_all(STDERR_FILENO, "escher-cron: " + escape_for_terminal(text, true) + "\n");
}

} // namespace escher::cli
