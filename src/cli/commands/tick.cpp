#include "tick/tick.hpp"
#include "app/build.hpp"
#include "app/database_directory.hpp"
#include "app/history.hpp"
#include "app/job_users.hpp"
#include "app/private_place.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "cli/log_sink.hpp"
#include "cli/once_display.hpp"
#include "core/duration.hpp"
#include "core/id_text.hpp"
#include "core/time_text.hpp"
#include "core/uuid.hpp"
#include "os/host.hpp"
#include "os/lock_file.hpp"
#include "os/supervisor.hpp"
#include "os/user.hpp"
#include "terminal/live_block.hpp"
#include "tick/tick_lock.hpp"
#include "json/once_json.hpp"

#include <fmt/format.h>

#include <poll.h>

#include <charconv>
#include <sstream>

namespace escher::cli {

namespace {

/// A detached tick stays this long, so that a burst of creators does not start one each.
constexpr Duration detached_linger = std::chrono::seconds(1);

enum class Kind { cron, by_hand, detached };

Kind kind_of(const Arguments& arguments)
{
    if (arguments.has("detached"))
        return Kind::detached;
    return arguments.has("once") ? Kind::by_hand : Kind::cron;
}

std::string describe_holder(const std::optional<os::LockHolder>& holder, Time now)
{
    if (!holder || holder->pid == 0)
        return "another tick";
    return fmt::format("the tick with pid {}, which has held it for {},", holder->pid,
                       describe_duration(std::max(now - holder->since, Duration::zero())));
}

[[noreturn]] void throw_stuck(const Config& config, Duration kept_out, Time now)
{
    const auto holder = os::LockFile::holder(config.run.lock);
    auto remedy = fmt::format(", and no tick has had it for {}: 'fuser -v {}' tells who has it open",
                              describe_duration(kept_out), config.run.lock.string());
    if (holder && holder->pid != 0)
        remedy = fmt::format(
            ": look at it with 'ps -o stat,cmd -p {0}', continue it with 'kill -CONT {0}', or end it", holder->pid);
    throw Error(ErrorKind::busy, fmt::format("cannot take the lock '{}': {} does not let it go; it seems to be "
                                             "stopped{}",
                                             config.run.lock.string(), describe_holder(holder, now), remedy));
}

/// False: another tick sees to the work.
bool take_lock(os::LockFile& lock, Kind kind, Context& context)
{
    const Config& config = context.session.config();
    if (lock.try_take())
        return true;
    if (kind == Kind::detached)
        return false;
    bool told = false;
    for (;;) {
        if (kind == Kind::by_hand && !std::exchange(told, true))
            context.console.narrate("waiting for " +
                                    describe_holder(os::LockFile::holder(config.run.lock), context.session.now()) +
                                    " to let go of the lock");
        switch (lock.take_over(lock_patience)) {
        case os::LockFile::Wait::taken:
            return true;
        case os::LockFile::Wait::holder_stuck:
            throw_stuck(config, lock.kept_out(), context.session.now());
        case os::LockFile::Wait::other_waits:
            if (kind != Kind::by_hand)
                return false;
            ::poll(nullptr, 0, 200); // the place of the next is taken: ask for it again a little later
            break;
        case os::LockFile::Wait::holder_healthy:
            if (kind != Kind::by_hand)
                return false;
            break;
        }
    }
}

TickEvents logging_events(LogSink& sink)
{
    const auto title = [](const Claim& claim) {
        return fmt::format("job {} ({})", number_of(claim.job.id), claim.job.name);
    };
    return {
        .started =
            [&sink, title](const Claim& claim) {
                sink.write(LogLevel::info, fmt::format("{} started, attempt {}", title(claim), claim.attempt));
            },
        .ended =
            [&sink, title](const Claim& claim, const RunFinished& end) {
                sink.write(LogLevel::info, fmt::format("{} {}", title(claim), describe_end(end)));
            },
        .warning = [&sink](const std::string& text) { sink.write(LogLevel::warning, text); },
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

/// The runs that this tick has been started in: its own, as a job's environment tells, and those around it. They wait for
/// it to end, so it must not wait for their slots. A detached tick is waited for by nobody.
std::vector<RunId> outer_runs(Kind kind, const std::string& instance)
{
    if (kind == Kind::detached || os::environment_variable("ESCHER_INSTANCE") != instance)
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

/// The database was restored or copied: nothing is started before a person has decided. Cron mails it once an hour.
int hold_still(Context& context, History& history, Kind kind)
{
    const Time now = context.session.now();
    const bool say = history.say_it(now);
    if (say || kind == Kind::by_hand)
        throw Error(ErrorKind::config, describe_hold(history.verdict(), context.session.store(Access::read).summary(),
                                                     context.session.config()));
    return static_cast<int>(ExitStatus::config);
}

int tick(Context& context, Kind kind, LogSink& sink)
{
    const Config& config = context.session.config();
    context.session.stay_root();
    require_job_users(config, os::user_exists);
    prepare_database_directory(config, Access::create);
    require_owner(config);
    prepare_private_place(config);
    os::LockFile lock(config.run.lock);
    if (!take_lock(lock, kind, context))
        return static_cast<int>(ExitStatus::ok);

    Store& store = context.session.store(Access::create);
    History history(config, store, os::memory_of(lock.seen()));
    if (!is_uuid(history.store().instance))
        throw Error(
            ErrorKind::bad_data,
            "the database '" + config.database.path.string() +
                "' does not tell which one it is: meta.instance is no UUID any more, and jobs would get it in "
                "their environment; nothing is started until what a backup has there is put back");
    if (history.verdict().kind == HistoryVerdict::Kind::other_lock)
        throw Error(ErrorKind::config, history.verdict().why);
    if (history.verdict().holds())
        return hold_still(context, history, kind);
    history.settle_in(context.session.now());
    if (!history.verdict().warning.empty()) {
        sink.write(LogLevel::warning, history.verdict().warning);
        if (kind == Kind::by_hand && !sink.is_stderr())
            context.console.warn(history.verdict().warning);
    }
    const std::string& instance = history.store().instance;
    const auto jobs = os::make_supervisor({
        .output_directory = config.output.directory,
        .max_output_bytes = config.output.max_bytes,
        .instance = instance,
        .mark_lives = [&lock](std::int64_t mark) { return lock.mark_lives(mark); },
        .executions = lock.executions(),
        .use_cgroups = config.run.cgroup != CgroupUse::off,
        .require_cgroups = config.run.cgroup == CgroupUse::require,
    });
    const auto outer = outer_runs(kind, instance);
    const TickSetup setup{
        .self = RunnerIdentity{.process = os::own_identity(), .mark = lock.mark()},
        .version = version(),
        .boot_id = os::boot_id(),
        .host = os::host_name(),
        .note_claims = [&history](std::span<const Claim> claims) { return history.note(claims, os::wall_clock()); },
        .load = os::load_average,
        .outer_runs = outer,
        .stays = kind != Kind::by_hand && outer.empty(), // a person waits for the one, a job for the other
        .linger = kind == Kind::detached ? detached_linger : Duration::zero(),
    };
    TickLock held{
        .still_ours = [&lock] { return lock.still_ours(); },
        .release = [&lock] { lock.release(); },
        .retake = [&lock] { return lock.try_take(); },
    };
    if (kind != Kind::by_hand) {
        const TickReport report = run_tick(store, *jobs, held, config, setup, os::wall_clock, logging_events(sink));
        return exit_status_of(report, false);
    }
    OnceDisplay display(context.console.narration_look(context.session.zone()), context.console.quiet, &store,
                        os::wall_clock, write_narration);
    const TickEvents shown = display.events();
    const TickEvents logged = logging_events(sink);
    // What goes to stderr is on the display already.
    const TickReport report =
        run_tick(store, *jobs, held, config, setup, os::wall_clock, sink.is_stderr() ? shown : both(shown, logged));
    display.finish();
    if (context.console.json)
        context.console.out(once_json(report, display.ended()));
    return exit_status_of(report, true);
}

} // namespace

int run_tick_command(Context& context, const Arguments& arguments)
{
    const Kind kind = kind_of(arguments);
    LogSink sink(context.session.config().log, kind == Kind::detached);
    try {
        return tick(context, kind, sink);
    } catch (const Error& error) {
        // A person at the terminal and cron's mail hear it from main, a log of its own here.
        if (!sink.is_stderr())
            sink.write(LogLevel::error, error.what());
        if (kind == Kind::by_hand || sink.is_stderr() || context.console.err_terminal)
            throw;
        return static_cast<int>(exit_status_of(error.kind()));
    }
}

} // namespace escher::cli
