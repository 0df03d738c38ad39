#include "os/supervisor.hpp"

#include "os/children.hpp"
#include "os/errno_text.hpp"
#include "os/job_input.hpp"
#include "os/oom_witness.hpp"
#include "os/remains.hpp"
#include "os/signal_queue.hpp"
#include "os/spawn.hpp"
#include "os/start_failure.hpp"
#include "os/strays.hpp"
#include "os/system.hpp"

#include <escher/error.hpp>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace escher::os
{

namespace
{

using std::chrono::steady_clock;

/// A process that does not die of KILL within this time hangs in the kernel.
constexpr std::chrono::seconds patience{10};

bool has_nul(const std::string& text)
{
    return text.find('\0') != std::string::npos;
}

/// What is wrong with the strings that exec takes; empty: nothing.
std::string find_fault(const LaunchSpec& spec)
{
    if (spec.argv.empty() || spec.argv.front().empty())
        return "there is no program to execute: the argument list is empty";
    if (std::any_of(spec.argv.begin(), spec.argv.end(), has_nul))
        return "an argument contains a NUL byte, which no program can be given";
    for (const auto& [name, value] : spec.environment)
        if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value))
            return "the environment variable '" + name + "' has a name or a value that no program can be given";
    if (has_nul(spec.directory))
        return "the name of the directory contains a NUL byte";
    return {};
}

Outcome outcome_of(int status)
{
    if (WIFEXITED(status))
        return Exited{WEXITSTATUS(status)};
    return Signaled{.signal = WTERMSIG(status), .core = WCOREDUMP(status) != 0};
}

ResourceUsage usage_of(const rusage& usage)
{
    const auto milliseconds = [](const timeval& time) {
        return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                    std::chrono::microseconds(time.tv_usec));
    };
    return {.cpu_user = milliseconds(usage.ru_utime),
            .cpu_system = milliseconds(usage.ru_stime),
            .peak_memory_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024};
}

/// `now + span` without overflow.
SteadyTime after(SteadyTime now, Duration span)
{
    constexpr Duration longest = std::chrono::hours(24 * 365 * 50);
    return now + std::clamp(span, Duration::zero(), longest);
}

class Supervisor final : public Executor
{
public:
    explicit Supervisor(SupervisorOptions options)
        : options_(std::move(options)), directory_(options_.output_directory), strays_(options_.instance),
          remains_(directory_, options_.instance, options_.mark_lives), signals_to_reset_(signals_not_default())
    {
        if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
            throw Error(ExitStatus::unavailable, "cannot become a child subreaper: " + errno_text(errno));
    }

    StartResult start(const LaunchSpec& spec) override;
    std::vector<RunEnded> wait(Duration at_most) override;
    void stop(RunId run, Duration grace, bool by_shutdown) override;
    void release(RunId run) override;

    [[nodiscard]] std::size_t running() const override { return unended_; }
    [[nodiscard]] bool owns(RunId run) const override { return children_.find(run) != nullptr; }
    [[nodiscard]] std::optional<int> stop_signal() const override { return signals_.stop_signal(); }

    [[nodiscard]] Liveness examine(const Run& run) const override
    {
        return owns(run.id) ? Liveness::supervised : remains_.examine(run);
    }

    void kill_remains(const Run& run) override
    {
        if (!owns(run.id))
            remains_.kill(run);
    }

    void discard_output(std::span<const std::string> names) override;

private:
    StartResult launch(const LaunchSpec& spec);
    void reap();
    void end_main(Child& child);
    void enforce(Child& child, SteadyTime now);
    void clear(std::vector<RunEnded>& ended, SteadyTime now);
    RunEnded finish(Child& child);
    [[nodiscard]] SteadyTime next_deadline(SteadyTime at_latest) const;

    SupervisorOptions options_;
    SignalQueue signals_;
    OutputDirectory directory_;
    Accounts accounts_;
    JobInput input_;
    Spawner spawner_;
    Children children_;
    std::size_t unended_ = 0;
    Strays strays_;
    Remains remains_;
    OomWitness oom_;
    std::uint64_t signals_to_reset_;
};

StartResult Supervisor::start(const LaunchSpec& spec)
{
    try {
        return launch(spec);
    } catch (const std::exception& failure) {
        return CannotStart{failure.what()};
    }
}

StartResult Supervisor::launch(const LaunchSpec& spec)
{
    if (const auto fault = find_fault(spec); !fault.empty())
        return NotStarted{EINVAL, fault};
    const Account& own = accounts_.own();
    const Account* account = spec.user ? accounts_.find(*spec.user) : &own;
    if (account == nullptr)
        return NotStarted{EINVAL, "there is no user '" + *spec.user + "' on this machine"};
    const bool changes_user = account->uid != own.uid;
    if (changes_user && own.uid != 0)
        return NotStarted{EPERM, "cannot run as user '" + account->name + "': the tick runs as '" + own.name +
                                     "', and only root can run jobs as another user"};

    oom_.watch();
    const Fd payload = input_.open(spec.input);
    const int input = payload ? payload.get() : input_.nothing();
    LaunchPlan plan(spec, *account, changes_user, options_.instance);
    OutputFile output(directory_, spec.output_file);
    plan.input = input;
    plan.output = output.fd();
    plan.signals_to_reset = signals_to_reset_;
    const pid_t pid = spawner_.spawn(plan);
    if (pid < 0) {
        output.discard();
        return CannotStart{"cannot create a process: " + errno_text(-pid) + remedy(-pid)};
    }
    if (plan.failed_step != ChildStep::none) {
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
            continue;
        output.discard();
        return explain_failure(plan, spec, *account);
    }

    const auto now = steady_clock::now();
    auto child = std::make_unique<Child>(spec.run, pid, std::move(output));
    const auto process = read_process(pid);
    child->start_ticks = process ? process->start_ticks : 0;
    child->leftovers = spec.leftovers;
    child->kill_after = spec.kill_after;
    if (spec.timeout)
        child->timeout_at = after(now, *spec.timeout);
    child->look_at = now + std::chrono::milliseconds(50);
    const Child& started = children_.add(std::move(child));
    ++unended_;
    return Started{{.pid = pid, .start_ticks = started.start_ticks, .boot_id = boot_id()}};
}

std::vector<RunEnded> Supervisor::wait(Duration at_most)
{
    const auto until = after(steady_clock::now(), at_most);
    std::vector<RunEnded> ended;
    for (;;) {
        reap();
        const auto now = steady_clock::now();
        for (const auto& [run, child] : children_.all())
            if (child->stage == Child::Stage::running)
                enforce(*child, now);
        clear(ended, now);
        if (!ended.empty() || now >= until)
            break;
        const auto nap = std::chrono::ceil<std::chrono::milliseconds>(next_deadline(until) - now).count();
        pollfd readable = {.fd = signals_.fd(), .events = POLLIN, .revents = 0};
        ::poll(&readable, 1, static_cast<int>(std::clamp<std::int64_t>(nap, 0, 3'600'000)));
        if (signals_.drain()) {
            reap();
            clear(ended, steady_clock::now());
            break;
        }
    }
    return ended;
}

void Supervisor::reap()
{
    for (;;) {
        siginfo_t info = {};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
            return;
        // A main process is left a zombie until its group is gone: as long as it is, its number is nobody else's.
        Child* main = children_.find_main(info.si_pid);
        if (main != nullptr && main->leftovers == Leftovers::kill)
            ::kill(-main->pid, SIGKILL);
        int status = 0;
        rusage usage = {};
        if (::wait4(info.si_pid, &status, WNOHANG, &usage) != info.si_pid || main == nullptr)
            continue;
        main->usage = usage_of(usage);
        main->outcome = outcome_of(status);
        if (auto* death = std::get_if<Signaled>(&main->outcome); death != nullptr && death->signal == SIGKILL)
            death->out_of_memory = !main->cause && oom_.has_struck();
        if (main->cause)
            main->outcome = *main->cause;
        end_main(*main);
    }
}

/// The main process is gone; what it leaves behind comes next.
void Supervisor::end_main(Child& child)
{
    children_.forget_main(child.pid);
    child.stage = Child::Stage::clearing;
    child.give_up_at = steady_clock::now() + patience;
}

void Supervisor::enforce(Child& child, SteadyTime now)
{
    if (child.timeout_at && now >= *child.timeout_at && !child.cause) {
        child.cause = TimedOut{};
        child.kill_at = after(now, child.kill_after);
        ::kill(-child.pid, SIGTERM);
        ::kill(-child.pid, SIGCONT); // a stopped process would not see it
    }
    if (child.kill_at && now >= *child.kill_at && !child.give_up_at) {
        ::kill(-child.pid, SIGKILL);
        child.give_up_at = now + patience;
    }
    if (child.give_up_at && now >= *child.give_up_at) {
        child.outcome =
            Lost{"process " + std::to_string(child.pid) +
                 " does not die of KILL: it hangs in the kernel, probably on a device or a network mount"};
        end_main(child);
        child.give_up_at = now;
    }
    if (now >= child.look_at)
        child.look_at = now + child.output.bound(options_.max_output_bytes, now);
}

void Supervisor::clear(std::vector<RunEnded>& ended, SteadyTime now)
{
    std::vector<Child*> clearing;
    for (const auto& [run, child] : children_.all())
        if (child->stage == Child::Stage::clearing)
            clearing.push_back(child.get());
    if (clearing.empty())
        return;
    // Permission first: a stray that may be an allowed leftover must not be taken for another run's.
    for (const Child* child : clearing)
        if (child->leftovers == Leftovers::allow)
            strays_.allow_since(child->start_ticks);
    const bool must_kill = std::any_of(clearing.begin(), clearing.end(),
                                       [](const Child* child) { return child->leftovers == Leftovers::kill; });
    const auto occupied = must_kill ? strays_.kill_for(children_) : std::vector<RunId>{};
    for (Child* child : clearing) {
        const bool clean = std::find(occupied.begin(), occupied.end(), child->run) == occupied.end();
        if (!clean && now < *child->give_up_at)
            continue;
        if (!clean)
            child->output.say("[escher-cron: a process of this job does not die of KILL and was left behind]");
        ended.push_back(finish(*child));
    }
}

RunEnded Supervisor::finish(Child& child)
{
    child.output.bound_finally(options_.max_output_bytes);
    child.stage = Child::Stage::ended;
    --unended_;
    return {.run = child.run, .outcome = child.outcome, .usage = child.usage, .output = child.output.size()};
}

SteadyTime Supervisor::next_deadline(SteadyTime at_latest) const
{
    SteadyTime next = at_latest;
    for (const auto& [run, child] : children_.all()) {
        if (child->stage == Child::Stage::ended)
            continue;
        if (child->give_up_at)
            next = std::min(next, *child->give_up_at);
        if (child->stage != Child::Stage::running)
            continue;
        next = std::min(next, child->look_at);
        if (child->timeout_at && !child->cause)
            next = std::min(next, *child->timeout_at);
        if (child->kill_at && !child->give_up_at)
            next = std::min(next, *child->kill_at);
    }
    return next;
}

void Supervisor::stop(RunId run, Duration grace, bool by_shutdown)
{
    Child* child = children_.find(run);
    if (child == nullptr || child->stage != Child::Stage::running)
        return;
    siginfo_t info = {};
    const auto pid = static_cast<id_t>(child->pid);
    if (::waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0)
        return;
    // What a person asked for stands over a shutdown, which would have the job run again.
    if (!child->cause || !by_shutdown)
        child->cause = Cancelled{by_shutdown};
    const auto kill_at = after(steady_clock::now(), grace);
    child->kill_at = child->kill_at ? std::min(*child->kill_at, kill_at) : kill_at;
    ::kill(-child->pid, SIGTERM);
    ::kill(-child->pid, SIGCONT);
}

void Supervisor::release(RunId run)
{
    const Child* child = children_.find(run);
    if (child != nullptr && child->stage == Child::Stage::ended)
        children_.remove(run);
}

void Supervisor::discard_output(std::span<const std::string> names)
{
    const int directory = directory_.open_existing();
    for (const auto& name : names)
        if (directory >= 0 && OutputDirectory::is_plain_name(name))
            ::unlinkat(directory, name.c_str(), 0);
}

} // namespace

std::unique_ptr<Executor> make_supervisor(SupervisorOptions options)
{
    secure_standard_streams();
    return std::make_unique<Supervisor>(std::move(options));
}

} // namespace escher::os
