#pragma once

#include "cli/command.hpp"
#include "config/config.hpp"
#include "core/zone.hpp"
#include "sqlite/open_store.hpp"

#include <memory>

namespace escher::cli {

/// What every command works with. Loads lazily: a command that needs no database opens none.
class Context {
public:
    explicit Context(const Arguments& arguments);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    bool json = false;
    bool quiet = false;
    int verbose = 0;
    bool out_terminal = false; ///< stdout is a terminal: tables, relative times
    bool err_terminal = false;
    bool color = false; ///< for stdout; NO_COLOR and --color considered

    [[nodiscard]] Time now() const;

    /// Loaded at the first call. security.commands = "auto" is decided when the first store is opened: before, commands of
    /// a row's own are not trusted.
    [[nodiscard]] const Config& config();
    [[nodiscard]] const Zone& zone(); ///< the local one, UTC with --utc

    /// Opened at the first call; later calls that ask for no more get the same. Access::create makes the directory too
    /// where there is no config at all. Throws Error as sqlite::open_store and decide_trust do, and for a network file
    /// system.
    [[nodiscard]] Store& store(sqlite::Access access);

    /// A private copy of the database, for who writes only to see what would happen. Throws as store() does.
    [[nodiscard]] std::unique_ptr<Store> copy_of_store();

    [[nodiscard]] sqlite::OpenOptions open_options(sqlite::Access access);
    [[nodiscard]] SelectionLimits limits();

    /// The real path of this program, for starting a detached tick.
    [[nodiscard]] std::string program() const;

    /// Writes to stdout, at once and whole; throws Error{io} if that fails (a closed pipe ends the program quietly).
    void out(const std::string& text);

    /// Narration to stderr, a newline added; nothing with --quiet.
    void narrate(const std::string& text);

    /// A warning to stderr, even with --quiet: "escher-cron: warning: ...".
    void warn(const std::string& text);

    /// A failure that does not end the command, to stderr, even with --quiet: "escher-cron: ...".
    void complain(const std::string& text);

private:
    void decide_commands();

    struct State;
    std::unique_ptr<State> state_;
};

} // namespace escher::cli
