#include "cli/tick_work.hpp"

#include "app/build.hpp"
#include "app/history.hpp"
#include "cli/exit_status.hpp"
#include "cli/once_display.hpp"
#include "core/id_text.hpp"
#include "core/uuid.hpp"
#include "os/host.hpp"
#include "terminal/live_block.hpp"
#include "tick/tick.hpp"
#include "json/once_json.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <charconv>
#include <sstream>

namespace escher::cli {

namespace {

/// A detached tick stays this long, so that a burst of creators does not start one each.
constexpr Duration detached_linger = std::chrono::seconds(1);

using WriteLog = std::function<void(LogLevel, const std::string&)>;

/// `log` must outlive what is returned.
TickEvents logging_events(const WriteLog& log)
{
    const auto title = [](const Claim& claim) {
        return fmt::format("job {} ({})", number_of(claim.job.id), claim.job.name);
    };
    return {
        .started =
            [&log, title](const Claim& claim) {
                log(LogLevel::info, fmt::format("{} started, attempt {}", title(claim), claim.attempt));
            },
        .ended =
            [&log, title](const Claim& claim, const RunFinished& end) {
                log(LogLevel::info, fmt::format("{} {}", title(claim), describe_end(end)));
            },
        .warning = [&log](const std::string& text) { log(LogLevel::warning, text); },
        .woke = {},
    };
}

/// Both are told everything. Neither holds on to the other, so they must outlive what is returned.
TickEvents both(const TickEvents& first, const TickEvents& second)
{
    return {
        .started =
            [&](const Claim& claim) {
                first.started(claim);
                second.started(claim);
            },
        .ended =
            [&](const Claim& claim, const RunFinished& end) {
                first.ended(claim, end);
                second.ended(claim, end);
            },
        .warning =
            [&](const std::string& text) {
                first.warning(text);
                second.warning(text);
            },
        .woke = first.woke,
    };
}

/// The database was restored or copied: nothing is started before a person has decided. Cron mails it once an hour.
int hold_still(Context& context, Store& store, History& history, TickKind kind)
{
    const Time now = context.session.now();
    const bool say = history.say_it(now);
    if (say || kind == TickKind::by_hand)
        throw Error(ErrorKind::config, describe_hold(history.verdict(), store.summary(), context.session.config()));
    return static_cast<int>(ExitStatus::config);
}

} // namespace

std::vector<RunId> outer_runs(TickKind kind, const std::string& instance)
{
    if (kind == TickKind::detached || os::environment_variable("ESCHER_INSTANCE") != instance)
        return {};
    std::istringstream in(os::environment_variable("ESCHER_OUTER_RUNS").value_or("") + "," +
                          os::environment_variable("ESCHER_RUN_ID").value_or(""));
    std::vector<RunId> runs;
    for (std::string word; std::getline(in, word, ',');) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (error == std::errc{} && end == word.data() + word.size() && number > 0)
            runs.push_back(RunId{number});
    }
    return runs;
}

int work_through(Context& context, TickKind kind, Store& store, TickHands& hands)
{
    const Config& config = context.session.config();
    History history(config, store, hands.seen);
    if (!is_uuid(history.store().instance))
        throw Error(
            ErrorKind::bad_data,
            "the database '" + config.database.path.string() +
                "' does not tell which one it is: meta.instance is no UUID any more, and jobs would get it in "
                "their environment; nothing is started until what a backup has there is put back");
    if (history.verdict().kind == HistoryVerdict::Kind::other_lock)
        throw Error(ErrorKind::config, history.verdict().why);
    if (history.verdict().holds())
        return hold_still(context, store, history, kind);
    history.settle_in(context.session.now());
    if (!history.verdict().warning.empty()) {
        hands.log(LogLevel::warning, history.verdict().warning);
        if (kind == TickKind::by_hand && !hands.logs_to_stderr)
            context.console.warn(history.verdict().warning);
    }
    const std::string& instance = history.store().instance;
    Executor& jobs = hands.begin(instance);
    const auto outer = outer_runs(kind, instance);
    const TickSetup setup{
        .self = hands.self,
        .version = version(),
        .boot_id = os::boot_id(),
        .host = os::host_name(),
        .note_claims = [&history](std::span<const Claim> claims) { return history.note(claims, os::wall_clock()); },
        .load = os::load_average,
        .outer_runs = outer,
        .stays = kind != TickKind::by_hand && outer.empty(), // a person waits for the one, a job for the other
        .linger = kind == TickKind::detached ? detached_linger : Duration::zero(),
    };
    if (kind != TickKind::by_hand) {
        const TickReport report =
            run_tick(store, jobs, hands.lock, config, setup, os::wall_clock, logging_events(hands.log));
        return exit_status_of(report, false);
    }
    OnceDisplay display(context.console.narration_look(context.session.zone()), context.console.quiet, &store,
                        os::wall_clock, write_narration);
    const TickEvents shown = display.events();
    const TickEvents logged = logging_events(hands.log);
    // What goes to stderr is on the display already.
    const TickReport report = run_tick(store, jobs, hands.lock, config, setup, os::wall_clock,
                                       hands.logs_to_stderr ? shown : both(shown, logged));
    display.finish();
    if (context.console.json)
        context.console.out(once_json(report, display.ended()));
    return exit_status_of(report, true);
}

} // namespace escher::cli
