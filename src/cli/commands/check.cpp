#include "app/commands_trust.hpp"
#include "app/findings.hpp"
#include "app/history.hpp"
#include "cli/check/check_cgroup.hpp"
#include "cli/check/check_files.hpp"
#include "cli/check/check_programs.hpp"
#include "cli/check/findings_view.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "os/lock_file.hpp"
#include "sqlite/inspect.hpp"
#include "json/findings_json.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace escher::cli {

namespace {

int finish(Context& context, const Findings& findings, ExitStatus status)
{
    context.console.out(context.console.json ? findings_json(findings) : findings_text(findings, context.look()));
    return static_cast<int>(status);
}

/// Runs one part of the check: what ends it is its finding, and the others go on.
template<typename Check>
void carry_out(Findings& findings, const Check& check)
{
    try {
        check();
    } catch (const Error& error) {
        findings.fail(error.what());
    }
}

/// Throws Error if that cannot be told.
bool is_there(const std::filesystem::path& database)
{
    std::error_code error;
    const bool there = std::filesystem::exists(database, error);
    if (error)
        throw Error(ErrorKind::io,
                    fmt::format("cannot look at the database '{}': {}", database.string(), error.message()));
    return there;
}

void check_commands(const Config& config, Findings& findings)
{
    const bool decided = config.commands == CommandsKey::automatic;
    if (decided && !is_there(config.database.path)) {
        findings.ok("whether jobs may bring commands of their own is decided once the database exists, by who can "
                    "write it (security.commands)");
        return;
    }
    const bool any = decide_trust(config) == CommandTrust::any;
    findings.ok(fmt::format("jobs may {}{}", any ? "bring commands of their own" : "only name a [task] of the config",
                            !decided ? " (security.commands says so)"
                            : any    ? " (nobody else can write the database)"
                                     : " (others can write the database)"));
}

void check_database(Context& context, bool full, Findings& findings)
{
    const Config& config = context.session.config();
    const std::string path = config.database.path.string();
    if (!is_there(config.database.path)) {
        findings.warn(fmt::format("there is no database '{}' yet", path),
                      config.file.empty() ? "escher-cron init"
                                          : fmt::format("escher-cron -c '{}' init", config.file.string()));
        return;
    }
    const sqlite::Inspection found = sqlite::inspect(context.session.open_options(Access::read), full);
    for (const std::string& problem : found.problems)
        findings.fail(fmt::format("the database '{}': {}", path, problem),
                      "stop what writes it, keep a copy, and recover it with: sqlite3 FILE .recover");
    if (found.problems.empty())
        findings.ok(fmt::format("the database '{}': schema {}{}", path, found.schema_version,
                                full ? ", integrity checked" : ""));
    if (found.wal_reset_bug && config.database.journal == Journal::wal)
        findings.ok(fmt::format("SQLite {}: has the WAL-reset bug (until 3.51.3), which only ticks keep clear of; "
                                "other programs must not checkpoint: see escher-cron-db(7), or set "
                                "database.journal = \"delete\"",
                                found.library_version));
    else
        findings.ok(fmt::format("SQLite {}", found.library_version));
}

void check_history(Context& context, Findings& findings)
{
    const Config& config = context.session.config();
    if (!is_there(config.database.path) || findings.any_fails()) // what is wrong with the database is told
        return;
    Store& store = context.session.store(Access::read);
    const auto verdict = judge_history(config, store, context.session.private_view());
    if (verdict && verdict->holds())
        findings.fail("ticks hold still: " + verdict->why,
                      "escher-cron accept --list, then accept --run, --cancel or --only ID...");
    else if (verdict && verdict->kind == HistoryVerdict::Kind::other_lock)
        findings.fail(verdict->why);
}

std::optional<TickRecord> last_tick(Context& context, Findings& findings)
{
    try {
        return context.session.store(Access::read).summary().last_tick;
    } catch (const Error& error) {
        // What check_database has found already is not told twice.
        for (const Finding& finding : findings.all())
            if (finding.level != Finding::Level::ok)
                return std::nullopt;
        findings.fail(error.what());
        return std::nullopt;
    }
}

} // namespace

int run_check(Context& context, const Arguments& arguments)
{
    Findings findings;
    try {
        const Config& config = context.session.config();
        if (config.file.empty())
            findings.ok("no config file: the built-in defaults hold");
        else
            findings.ok(fmt::format("the config '{}'", config.file.string()));
    } catch (const Error& error) {
        // One error a line.
        const std::string all = error.what();
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t end = std::min(all.find('\n', at), all.size());
            if (end > at)
                findings.fail(all.substr(at, end - at));
            at = end + 1;
        }
        return finish(context, findings, exit_status_of(error.kind()));
    }
    const Config& config = context.session.config();
    carry_out(findings, [&] { check_commands(config, findings); });
    carry_out(findings, [&] { check_files(config, findings); });
    Findings of_the_host; // as the tick's user, before the database is opened as its owner
    carry_out(of_the_host, [&] { check_programs(config, of_the_host); });
    carry_out(of_the_host, [&] { check_cgroup(config, of_the_host); });
    carry_out(findings, [&] { check_database(context, arguments.has("full"), findings); });
    carry_out(findings, [&] { check_history(context, findings); });
    findings.append(of_the_host);
    const std::string line = config.file.empty()
                                 ? fmt::format("* * * * * {}", context.session.program())
                                 : fmt::format("* * * * * {} -c {}", context.session.program(), config.file.string());
    carry_out(findings, [&] {
        const TickSigns signs{.last = last_tick(context, findings),
                              .lives = context.session.private_view().lock_holder().has_value()};
        check_cron(config, signs, context.session.now(), line, findings);
    });
    return finish(context, findings, findings.any_fails() ? ExitStatus::job_failed : ExitStatus::ok);
}

} // namespace escher::cli
