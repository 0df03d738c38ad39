#include "app/database_directory.hpp"
#include "app/database_owner.hpp"
#include "app/job_users.hpp"
#include "app/private_place.hpp"
#include "cli/commands/entries.hpp"
#include "cli/exit_status.hpp"
#include "cli/log_sink.hpp"
#include "cli/tick_work.hpp"
#include "core/duration.hpp"
#include "os/host.hpp"
#include "os/lock_file.hpp"
#include "os/signal_queue.hpp"
#include "os/supervisor.hpp"
#include "os/user.hpp"
#include "split/remote_executor.hpp"
#include "split/serve.hpp"

#include <fmt/format.h>

#include <poll.h>

#include <csignal>
#include <new>

namespace escher::cli {

namespace {

TickKind kind_of(const Arguments& arguments)
{
    if (arguments.has("detached"))
        return TickKind::detached;
    return arguments.has("once") ? TickKind::by_hand : TickKind::cron;
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
bool take_lock(os::LockFile& lock, TickKind kind, Context& context)
{
    const Config& config = context.session.config();
    if (lock.try_take())
        return true;
    if (kind == TickKind::detached)
        return false;
    bool told = false;
    for (;;) {
        if (kind == TickKind::by_hand && !std::exchange(told, true))
            context.console.narrate("waiting for " +
                                    describe_holder(os::LockFile::holder(config.run.lock), context.session.now()) +
                                    " to let go of the lock");
        switch (lock.take_over(lock_patience)) {
        case os::LockFile::Wait::taken:
            return true;
        case os::LockFile::Wait::holder_stuck:
            throw_stuck(config, lock.kept_out(), context.session.now());
        case os::LockFile::Wait::other_waits:
            if (kind != TickKind::by_hand)
                return false;
            ::poll(nullptr, 0, 200); // the place of the next is taken: ask for it again a little later
            break;
        case os::LockFile::Wait::holder_healthy:
            if (kind != TickKind::by_hand)
                return false;
            break;
        }
    }
}

[[noreturn]] void throw_parted(const split::StoreProcess& store, const split::Parting& parting)
{
    std::string lost;
    if (parting.unrecorded == 1)
        lost = "; the result of 1 run was not recorded: the next tick finds it lost";
    else if (parting.unrecorded > 1)
        lost = fmt::format("; the results of {} runs were not recorded: the next tick finds these lost",
                           parting.unrecorded);
    throw Error(ErrorKind::busy,
                fmt::format("the process {} that works on the database for this tick has failed: {}{}", store.pid,
                            parting.trouble, lost));
}

os::SupervisorOptions supervisor_options(const Config& config, const os::LockFile& lock, const std::string& instance)
{
    return {
        .output_directory = config.output.directory,
        .max_output_bytes = config.output.max_bytes,
        .instance = instance,
        .mark_lives = [&lock](std::int64_t mark) { return lock.mark_lives(mark); },
        .executions = lock.executions(),
        .use_cgroups = config.run.cgroup != CgroupUse::off,
        .require_cgroups = config.run.cgroup == CgroupUse::require,
    };
}

/// It refers to `lock`.
TickLock held(os::LockFile& lock)
{
    return {
        .still_ours = [&lock] { return lock.still_ours(); },
        .release = [&lock] { lock.release(); },
        .retake = [&lock] { return lock.try_take(); },
    };
}

RunnerIdentity runner(const os::LockFile& lock)
{
    return {.process = os::own_identity(), .mark = lock.mark()};
}

/// All in one process, where nobody but the tick's user writes the database, or the tick is not root's.
int tick_alone(Context& context, TickKind kind, LogSink& sink)
{
    const Config& config = context.session.config();
    require_owner(config);
    prepare_private_place(config);
    prepare_database_directory(config, Access::create);
    os::LockFile lock(config.run.lock);
    if (!take_lock(lock, kind, context))
        return static_cast<int>(ExitStatus::ok);
    std::unique_ptr<Executor> jobs;
    TickHands hands{
        .seen = os::memory_of(lock.seen()),
        .begin = [&](const std::string& instance) -> Executor& {
            jobs = os::make_supervisor(supervisor_options(config, lock, instance));
            return *jobs;
        },
        .lock = held(lock),
        .self = runner(lock),
        .log = [&sink](LogLevel level, const std::string& text) { sink.write(level, text); },
        .logs_to_stderr = sink.is_stderr(),
    };
    return work_through(context, kind, context.session.store(Access::create), hands);
}

/// The tick in the store process: what it returns or throws is said to the supervisor, last of all.
int tick_for_supervisor(Context& context, TickKind kind, split::RemoteExecutor& supervisor, TickHands& hands)
{
    split::Goodbye goodbye;
    const auto fail = [&](ErrorKind kind_of_failure, const std::string& text) {
        goodbye.error = std::pair(kind_of_failure, text);
    };
    try {
        prepare_database_directory(context.session.config(), Access::create);
        const auto store = sqlite::open_store(context.session.open_options(Access::create));
        goodbye.status = work_through(context, kind, *store, hands);
    } catch (const Error& error) {
        fail(error.kind(), error.what());
    } catch (const ClosedPipe&) {
        goodbye.status = 128 + SIGPIPE;
    } catch (const split::ProtocolError&) {
        throw; // there is nobody to say it to
    } catch (const std::bad_alloc&) {
        fail(ErrorKind::internal, "out of memory");
    } catch (const std::exception& error) {
        fail(ErrorKind::internal, std::string("internal error: ") + error.what());
    }
    supervisor.say(goodbye);
    return 0;
}

/// Ours, root's, is the supervisor: see split/executor_server.hpp.
int tick_in_two(Context& context, TickKind kind, LogSink& sink, const os::UnprivilegedUser& owner)
{
    const Config& config = context.session.config();
    require_private_place(config);
    context.session.distrust_rows();
    os::LockFile lock(config.run.lock);
    if (!take_lock(lock, kind, context))
        return static_cast<int>(ExitStatus::ok);
    const os::SeenMemory seen = os::memory_of(lock.seen());
    const RunnerIdentity self = runner(lock);
    split::StoreProcess store = split::start_store_process(owner, [&](int socket) {
        const os::SignalQueue signals; // the supervisor passes them on, and a statement looks for them
        split::RemoteExecutor supervisor(socket, split::most_request(config), seen.file);
        TickHands hands{
            .seen = supervisor.seen(),
            .begin = [&](const std::string&) -> Executor& {
                supervisor.begin();
                return supervisor;
            },
            .lock = supervisor.lock(),
            .self = self,
            .log =
                [&](LogLevel level, const std::string& text) {
                    if (level <= config.log.level) // what is dropped need not be sent
                        supervisor.log(level, text);
                },
            .logs_to_stderr = sink.is_stderr(),
        };
        return tick_for_supervisor(context, kind, supervisor, hands);
    });
    const auto executions = lock.executions();
    split::ExecutorServer server({
        .config = config,
        .boot_id = os::boot_id(),
        .executor =
            [&](const std::string& instance) {
                auto options = supervisor_options(config, lock, instance);
                options.caller = [&store] { return store.socket.get(); };
                options.companion = store.pid;
                return os::make_supervisor(std::move(options));
            },
        .was_executed =
            [&](const Run& run, const std::string& instance) {
                const auto epoch = os::LockFile::epoch_of(run.runner.mark);
                return executions.look_up(run.id, instance, epoch).verdict == os::ExecutionRecord::Verdict::executed;
            },
        .outer_runs = [kind](const std::string& instance) { return outer_runs(kind, instance); },
        .lock = held(lock),
        .seen = seen,
        .now = os::wall_clock,
        .log = [&sink](LogLevel level, const std::string& text) { sink.write(level, text); },
    });
    const split::Parting parting = split::serve(store, server, config);
    if (!parting.goodbye)
        throw_parted(store, parting);
    if (parting.goodbye->error)
        throw Error(parting.goodbye->error->first, parting.goodbye->error->second);
    return parting.goodbye->status;
}

int tick(Context& context, TickKind kind, LogSink& sink)
{
    const Config& config = context.session.config();
    require_job_users(config, os::user_exists);
    if (const auto owner = owner_of_shared_database(config))
        return tick_in_two(context, kind, sink, *owner);
    context.session.stay_root(); // who works as whom is decided
    return tick_alone(context, kind, sink);
}

} // namespace

int run_tick_command(Context& context, const Arguments& arguments)
{
    const TickKind kind = kind_of(arguments);
    LogSink sink(context.session.config().log, kind == TickKind::detached);
    try {
        return tick(context, kind, sink);
    } catch (const Error& error) {
        // A person at the terminal and cron's mail hear it from main, a log of its own here.
        if (!sink.is_stderr())
            sink.write(LogLevel::error, error.what());
        if (kind == TickKind::by_hand || sink.is_stderr() || context.console.err_terminal)
            throw;
        return static_cast<int>(exit_status_of(error.kind()));
    }
}

} // namespace escher::cli
