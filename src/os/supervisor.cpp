#include "os/supervisor.hpp"

#include "os/cgroup_tree.hpp"
#include "os/children.hpp"
#include "os/deadline.hpp"
#include "os/errno_text.hpp"
#include "os/launcher.hpp"
#include "os/oom_witness.hpp"
#include "os/remains.hpp"
#include "os/signal_queue.hpp"
#include "os/standard_streams.hpp"
#include "os/strays.hpp"
#include "os/wait_status.hpp"

#include <escher/error.hpp>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <span>
#include <string>

namespace escher::os {

namespace {

using std::chrono::steady_clock;

/// A process that does not die of KILL within this time hangs in the kernel.
constexpr std::chrono::seconds patience{10};

/// Its group of processes, and all that is in its control group.
void kill_all(const Child& child)
{
    ::kill(-child.pid, SIGKILL);
    if (child.cgroup)
        static_cast<void>(child.cgroup->kill()); // looked at again until it is empty
}

/// True if nothing lives in the control group of a run, or it has none.
bool has_empty_group(const Child& child)
{
    if (!child.cgroup)
        return true;
    const auto state = child.cgroup->state();
    return state == GroupState::empty || state == GroupState::absent;
}

/// The same of a run that is being cleared: what lives there is killed. To be asked in each round: the group's events wake
/// us at once until its state has been read.
bool clear_group(const Child& child)
{
    if (has_empty_group(child))
        return true;
    static_cast<void>(child.cgroup->kill());
    return false;
}

void tell_to_end(const Child& child)
{
    ::kill(-child.pid, SIGTERM);
    ::kill(-child.pid, SIGCONT); // a stopped process would not see it
}

class Supervisor final : public Executor {
public:
    explicit Supervisor(SupervisorOptions options)
        : options_(std::move(options)), directory_(options_.output_directory), groups_(options_.instance),
          launcher_(directory_, options_.executions, options_.instance),
          strays_(options_.instance, options_.companion),
          remains_(directory_, options_.executions, groups_, options_.instance, options_.host, options_.mark_lives)
    {
        if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
            throw Error(ErrorKind::unavailable, "cannot become a child subreaper: " + errno_text(errno));
    }

    StartResult start(const LaunchSpec& spec, const Claim& claim) override;
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
    void reap();
    [[nodiscard]] bool was_out_of_memory(const Child& child);
    void end_main(Child& child);
    void enforce(Child& child, SteadyTime now);
    void clear(std::vector<RunEnded>& ended, SteadyTime now);
    Strays::Standing clear_strays(SteadyTime now);
    RunEnded finish(Child& child);
    [[nodiscard]] SteadyTime next_deadline(SteadyTime at_latest) const;

    SupervisorOptions options_;
    SignalQueue signals_;
    OutputDirectory directory_;
    CgroupTree groups_;
    Launcher launcher_;
    Children children_;
    std::size_t unended_ = 0;
    Strays strays_;
    Remains remains_;
    OomWitness oom_;
    std::optional<SteadyTime> look_again_at_; ///< something that is going on without telling us when it is over
};

StartResult Supervisor::start(const LaunchSpec& spec, const Claim& /*claim*/)
{
    try {
        oom_.watch();
        strays_.prepare();
        auto result =
            launcher_.launch(spec, children_, options_.use_cgroups ? &groups_ : nullptr, options_.require_cgroups);
        unended_ += std::holds_alternative<Started>(result) ? 1 : 0;
        return result;
    } catch (const std::exception& failure) {
        return CannotStart{failure.what()};
    }
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
        const int caller = options_.caller ? options_.caller() : -1; // poll(2) passes over -1
        std::vector<pollfd> events{{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                   {.fd = caller, .events = POLLIN, .revents = 0}};
        for (const auto& [run, child] : children_.all())
            if (child->stage == Child::Stage::clearing && child->cgroup)
                events.push_back({.fd = child->cgroup->events_fd(), .events = POLLPRI, .revents = 0});
        ::poll(events.data(), events.size(), static_cast<int>(std::clamp<std::int64_t>(nap, 0, 3'600'000)));
        if (signals_.drain()) {
            reap();
            clear(ended, steady_clock::now());
            break;
        }
        if (events[1].revents != 0)
            break;
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
            kill_all(*main);
        int status = 0;
        rusage usage = {};
        if (::wait4(info.si_pid, &status, WNOHANG, &usage) != info.si_pid)
            continue;
        strays_.reaped(info.si_pid);
        if (main == nullptr)
            continue;
        main->usage = usage_of(usage);
        main->outcome = outcome_of(status);
        if (auto* death = std::get_if<Signaled>(&main->outcome); death != nullptr && death->signal == SIGKILL)
            death->out_of_memory = !main->cause && was_out_of_memory(*main);
        // A job that used a shutdown's grace to finish its work has finished it: it must not run again.
        const auto* cancelled = main->cause ? std::get_if<Cancelled>(&*main->cause) : nullptr;
        const bool finished = cancelled != nullptr && cancelled->by_shutdown && succeeded(main->outcome);
        if (main->cause && !finished)
            main->outcome = *main->cause;
        end_main(*main);
    }
}

bool Supervisor::was_out_of_memory(const Child& child)
{
    const auto in_its_group = child.cgroup ? child.cgroup->oom_kills() : std::nullopt;
    return in_its_group ? *in_its_group > 0 : oom_.has_struck();
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
        tell_to_end(child);
    }
    if (child.kill_at && now >= *child.kill_at && !child.give_up_at) {
        kill_all(child);
        child.give_up_at = now + patience;
    }
    if (child.give_up_at && now >= *child.give_up_at) {
        child.outcome = Lost{
            "process " + std::to_string(child.pid) +
            " does not die of KILL: it runs as another user, or hangs in the kernel on a device or network mount"};
        end_main(child);
        child.give_up_at = now;
    }
    if (now >= child.look_at)
        child.look_at = now + child.output.bound(options_.max_output_bytes, now);
}

void Supervisor::clear(std::vector<RunEnded>& ended, SteadyTime now)
{
    look_again_at_.reset();
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
    const auto standing = must_kill ? clear_strays(now) : Strays::Standing{};
    for (Child* child : clearing) {
        const bool clean =
            child->leftovers == Leftovers::allow || (clear_group(*child) && standing.is_clean(child->run));
        if (!clean && now < *child->give_up_at)
            continue;
        if (!clean) {
            const std::string what = standing.unclear
                                         ? "it cannot be told whether processes of this job are left"
                                         : "a process of this job does not die of KILL and was left behind";
            child->output.say("[escher-cron: " + what + "]");
            if (!succeeded(child->outcome)) // no second one beside it
                child->outcome = Lost{what};
        }
        ended.push_back(finish(*child));
    }
}

/// Kills what runs in stage clearing have left, and is sure of what it says: that no child of ours has died between the
/// look and the answer, whose orphans the look would have missed. Else it is unclear.
Strays::Standing Supervisor::clear_strays(SteadyTime now)
{
    constexpr std::chrono::milliseconds moment{2};
    constexpr std::chrono::milliseconds longer{100};
    // Where running jobs leave orphans that die faster than we look, no look is sure: other work comes first then, and
    // a run's give_up_at.
    constexpr int most_looks = 100;
    Strays::Standing standing;
    for (int look = 0; look < most_looks; ++look) {
        standing = strays_.kill_for(children_, now);
        siginfo_t info = {};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
            if (standing.unclear || standing.unkilled)
                look_again_at_ = now + (standing.unclear ? moment : longer);
            return standing;
        }
        reap();
    }
    standing.unclear = true;
    look_again_at_ = now + moment;
    return standing;
}

RunEnded Supervisor::finish(Child& child)
{
    if (child.cgroup) {
        const auto whole = child.cgroup->usage();
        child.usage.cpu_user = whole.cpu_user.value_or(child.usage.cpu_user);
        child.usage.cpu_system = whole.cpu_system.value_or(child.usage.cpu_system);
        child.usage.peak_memory_bytes = whole.peak_memory_bytes.value_or(child.usage.peak_memory_bytes);
    }
    // Now, not when the result is recorded: no tick after this one would look for the group of a run that has ended.
    if (has_empty_group(child))
        child.cgroup.reset();
    child.output.bound_finally(options_.max_output_bytes);
    child.stage = Child::Stage::ended;
    --unended_;
    return {.run = child.run, .outcome = child.outcome, .usage = child.usage, .output = child.output.size()};
}

SteadyTime Supervisor::next_deadline(SteadyTime at_latest) const
{
    SteadyTime next = std::min(at_latest, look_again_at_.value_or(at_latest));
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
    const bool told = child->kill_at.has_value();
    child->kill_at = told ? std::min(*child->kill_at, kill_at) : kill_at;
    if (!told)
        tell_to_end(*child);
}

void Supervisor::release(RunId run)
{
    const Child* child = children_.find(run);
    if (child != nullptr && child->stage == Child::Stage::ended)
        children_.remove(run);
}

void Supervisor::discard_output(std::span<const std::string> names)
{
    directory_.discard(names);
}

} // namespace

std::unique_ptr<Executor> make_supervisor(SupervisorOptions options)
{
    secure_standard_streams();
    return std::make_unique<Supervisor>(std::move(options));
}

} // namespace escher::os
