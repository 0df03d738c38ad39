#include "cli/run.hpp"

#include "app/build.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "cli/help.hpp"
#include "cli/options.hpp"
#include "terminal/escape.hpp"

#include <escher/error.hpp>

#include <csignal>
#include <cstdio>
#include <new>

namespace escher::cli {

namespace {

int report(std::span<const std::string> argv, ErrorKind kind, const std::string& text)
{
    std::string all = "escher-cron: " + escape_for_terminal(text, true) + "\n";
    if (kind == ErrorKind::usage)
        all += "Try '" + help_call(argv) + "'.\n";
    std::fputs(all.c_str(), stderr);
    return static_cast<int>(exit_status_of(kind));
}

int dispatch(std::span<const std::string> argv)
{
    const Parsed parsed = parse_command_line(argv);
    Context context(parsed.arguments);
    if (parsed.version)
        context.console.out("escher-cron " + version() + "\n");
    else if (parsed.overview)
        context.console.out(overview());
    else if (parsed.help)
        context.console.out(help_for(*parsed.command));
    else
        return parsed.command->run(context, parsed.arguments);
    return static_cast<int>(ExitStatus::ok);
}

} // namespace

int run(std::span<const std::string> argv)
{
    try {
        return dispatch(argv);
    } catch (const ClosedPipe&) {
        return 128 + SIGPIPE;
    } catch (const Error& error) {
        return report(argv, error.kind(), error.what());
    } catch (const std::bad_alloc&) {
        return report(argv, ErrorKind::internal, "out of memory");
    } catch (const std::exception& error) {
        return report(argv, ErrorKind::internal, std::string("internal error: ") + error.what());
    }
}

} // namespace escher::cli
