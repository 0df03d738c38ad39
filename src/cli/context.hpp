#pragma once

#include "app/session.hpp"
#include "cli/console.hpp"
#include "terminal/look.hpp"

namespace escher::cli {

/// What every command works with: the session, and the console that it speaks through.
struct Context {
    explicit Context(const Arguments& arguments)
        : session(arguments.value("config"), arguments.has("utc")), console(arguments)
    {
    }

    /// How what goes to stdout is rendered, in the session's zone.
    [[nodiscard]] Look look() { return console.look(session.zone()); }

    Session session;
    Console console;
};

} // namespace escher::cli
