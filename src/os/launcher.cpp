#include "os/launcher.hpp"

#include "os/errno_text.hpp"
#include "os/host.hpp"
#include "os/process_table.hpp"
#include "os/start_failure.hpp"

#include <escher/error.hpp>

#include <sys/wait.h>

#include <cerrno>
#include <optional>

namespace escher::os {

namespace {

/// When our child `pid`, not reaped yet, was started.
std::int64_t start_of(pid_t pid, const Execution& execution)
{
    try {
        if (const auto process = read_process(pid))
            return process->start_ticks;
    } catch (const std::exception&) {
        // It runs, so it must not look as if it did not.
    }
    return execution.at_ticks; // no earlier, by a tick of the clock at most
}

/// A run among the children that goes again, with its output file, unless it is kept.
class Addition {
public:
    Addition(Children& children, std::unique_ptr<Child> child)
        : children_(children), child_(children.add(std::move(child)))
    {
    }
    Addition(const Addition&) = delete;
    Addition& operator=(const Addition&) = delete;
    ~Addition()
    {
        if (kept_)
            return;
        child_.output.discard();
        children_.remove(child_.run);
    }

    Child& keep(pid_t pid) noexcept
    {
        kept_ = true;
        children_.started(child_, pid);
        return child_;
    }

private:
    Children& children_;
    Child& child_;
    bool kept_ = false;
};

} // namespace

/// Starts the process in the group, or without where the group turns out not to take it and need not be had.
pid_t Launcher::spawn_in(LaunchPlan& plan, RunId run, std::optional<RunCgroup>& group, CgroupTree* groups,
                         bool must_have_group)
{
    if (!group)
        return spawner_.spawn(plan);
    plan.cgroup = group->directory();
    pid_t pid = spawner_.spawn(plan);
    if (pid == -ENODEV || pid == -ENOENT) { // somebody has removed it meanwhile: once more
        group.reset();
        group = groups->create(run);
        plan.cgroup = group ? group->directory() : -1;
        if (group || !must_have_group)
            pid = spawner_.spawn(plan);
        if (!group)
            return pid;
    }
    const bool not_taken = pid == -EACCES || pid == -EBUSY || pid == -EOPNOTSUPP || pid == -ENODEV || pid == -ENOENT;
    const bool not_entered = pid > 0 && plan.failed_step == ChildStep::control_group;
    if (must_have_group || (!not_taken && !not_entered))
        return pid;
    if (not_entered)
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
            continue;
    groups->give_up("no process can be started in '" + group->path().string() +
                    "': " + errno_text(not_entered ? plan.error : -pid));
    group.reset();
    plan.cgroup = -1;
    return spawner_.spawn(plan);
}

StartResult Launcher::launch(const LaunchSpec& spec, Children& children, CgroupTree* groups, bool must_have_group)
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

    auto group = groups != nullptr ? groups->create(spec.run) : std::optional<RunCgroup>{};
    if (!group && must_have_group)
        return CannotStart{"run.cgroup requires a control group for each run, and " + groups->why_not()};
    const Fd payload = input_.open(spec.input);
    const int input = payload ? payload.get() : input_.nothing();
    LaunchPlan plan(spec, *account, changes_user, instance_);
    auto prepared = std::make_unique<Child>(spec.run, OutputFile(directory_, spec.output_file));
    prepared->leftovers = spec.leftovers;
    prepared->kill_after = spec.kill_after;
    plan.input = input;
    plan.output = prepared->output.fd();
    plan.record = executions_.fd();
    plan.record_at = ExecutionRecord::offset_of(spec.run);
    plan.signals_to_reset = signals_to_reset_;
    ProcessIdentity process{.boot_id = kernel_boot_id()};
    Addition addition(children, std::move(prepared));
    const pid_t pid = spawn_in(plan, spec.run, group, groups, must_have_group);
    if (pid < 0)
        return CannotStart{"cannot create a process: " + errno_text(-pid) + remedy(-pid)};
    if (plan.failed_step != ChildStep::none) {
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
            continue;
        return explain_failure(plan, spec, *account);
    }

    // From here on nothing may fail: whoever is told that it cannot be started undoes the claim of a program that runs.
    Child& child = addition.keep(pid);
    const auto now = std::chrono::steady_clock::now();
    child.cgroup = std::move(group);
    child.start_ticks = start_of(pid, plan.execution);
    if (spec.timeout)
        child.timeout_at = after(now, *spec.timeout);
    child.look_at = now + std::chrono::milliseconds(50);
    process.pid = pid;
    process.start_ticks = child.start_ticks;
    return Started{std::move(process)};
}

} // namespace escher::os
