#include "os/remains.hpp"

#include "core/output_name.hpp"
#include "os/host.hpp"
#include "os/lock_file.hpp"
#include "os/process_table.hpp"
#include "os/run_home.hpp"
#include "os/run_tag.hpp"
#include "os/runner_life.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>

namespace escher::os {

namespace {

/// How sure it is that a process belongs to a run.
enum class Belonging {
    no,
    possible, ///< it cannot be told, and nothing speaks against it: enough for a doubt
    likely, ///< in a session of that number whose leader is gone: enough to wait for it, not to kill it
    certain,
};

/// A run and what its processes are known by.
struct Wanted {
    const Run& run;
    const std::string& instance;
    std::string output_path; ///< empty: unknown
    std::optional<ProcessIdentity> main; ///< as its row tells, else as it noted itself; start_ticks: no later
    bool tagged = false; ///< on record: its processes bear its tag, unless they have set that limit themselves
};

/// A pid is not given away again while it is a session's number, but a session may have ended and another begun. The
/// number comes from a row, and clients can write rows: what may be killed the kernel must call ours as well, by the
/// environment that the leader was started with.
Belonging in_session(const ProcessStat& process, const Wanted& wanted)
{
    const auto& main = wanted.main;
    if (!main || process.session != static_cast<pid_t>(main->pid))
        return Belonging::no;
    const auto leader = process.pid == process.session ? std::optional(process) : read_process(process.session);
    if (!leader)
        return process.start_ticks < main->start_ticks ? Belonging::no : Belonging::likely;
    if (leader->start_ticks > main->start_ticks)
        return Belonging::no; // another process has been given its pid
    return environment_tags(leader->pid, wanted.instance).run == wanted.run.id ? Belonging::certain
                                                                               : Belonging::likely;
}

/// True if orphans of a dead tick may have come to this process: init, ourselves, or one that we have been started below as
/// well, and that may be a subreaper.
bool may_adopt(pid_t pid, std::int64_t started_before)
{
    if (pid <= 1 || pid == ::getpid())
        return true;
    const auto adopter = read_process(pid);
    if (!adopter || adopter->start_ticks > started_before)
        return false;
    for (auto ancestor = read_process(::getpid()); ancestor && ancestor->parent > 0;
         ancestor = read_process(ancestor->parent))
        if (ancestor->parent == pid)
            return true;
    return false;
}

/// Whether a process that hides its environment from this user could be one of the run's all the same: it runs as our user,
/// is no older than the run, and has no parent but who adopts orphans. The doubt ends with that process.
Belonging by_circumstances(const ProcessStat& process, const Wanted& wanted)
{
    const auto since = wanted.main ? wanted.main->start_ticks : wanted.run.runner.process.start_ticks;
    if (process.start_ticks < since || process.pid == ::getpid())
        return Belonging::no;
    const auto users = users_of(process.pid);
    const bool ours = ::geteuid() == 0 || std::find(users.begin(), users.end(), ::geteuid()) != users.end();
    const auto until = wanted.main ? wanted.main->start_ticks : process.start_ticks;
    return ours && may_adopt(process.parent, until) ? Belonging::possible : Belonging::no;
}

Belonging belongs(const ProcessStat& process, const Wanted& wanted)
{
    const auto tag = read_run_tag(process.pid, wanted.instance);
    if (tag.sight == RunTag::Sight::tagged)
        return tag.run == wanted.run.id ? Belonging::certain : Belonging::no;
    const auto by_session = in_session(process, wanted);
    if (by_session == Belonging::certain)
        return by_session;
    const auto tags = environment_tags(process.pid, wanted.instance);
    if (tags.run == wanted.run.id)
        return Belonging::certain;
    // Whoever writes to the file of the run is of the run, even where the file was deleted and its lock is out of reach.
    if (!wanted.output_path.empty() && writes_to(process.pid, wanted.output_path))
        return Belonging::certain;
    if (by_session == Belonging::no && tags.sight == EnvironmentTags::Sight::refused && !wanted.tagged)
        return by_circumstances(process, wanted);
    return by_session;
}

struct Living {
    ProcessStat process;
    Belonging belonging = Belonging::no;
};

/// The living processes that may be the run's.
std::vector<Living> living_processes(const Wanted& wanted)
{
    std::vector<Living> found;
    for (const pid_t pid : all_processes()) {
        const auto process = read_process(pid);
        // One of our user that cannot be dumped is hidden as well, but for its tag.
        if (!process && read_run_tag(pid, wanted.instance).run == wanted.run.id)
            found.push_back({ProcessStat{.pid = pid}, Belonging::certain});
        if (!process || !process->lives())
            continue;
        if (const auto belonging = belongs(*process, wanted); belonging != Belonging::no)
            found.push_back({*process, belonging});
    }
    return found;
}

std::string output_path(const OutputDirectory& directory, const Run& run)
{
    const int fd = directory.open_existing();
    if (fd < 0)
        return {};
    const auto path = path_of_descriptor(fd);
    return path.empty() ? path : path + "/" + output_name(run);
}

Wanted wanted_of(const Run& run, const std::string& instance, const OutputDirectory& directory,
                 const ExecutionRecord::Answer& execution)
{
    Wanted wanted{.run = run, .instance = instance, .output_path = output_path(directory, run), .main = run.process};
    if (execution.verdict == ExecutionRecord::Verdict::executed) {
        const auto& noted = execution.execution;
        wanted.main = ProcessIdentity{.pid = noted.pid, .start_ticks = noted.at_ticks, .boot_id = {}};
        wanted.tagged = noted.tagged != 0;
    }
    return wanted;
}

} // namespace

bool Remains::runner_lives(const Run& run) const
{
    return life_of(run.runner, mark_lives_) == RunnerLife::lives;
}

Remains::Lease Remains::try_lease(const Run& run) const
{
    const int directory = directory_.open_ours();
    if (directory < 0)
        return errno == ENOENT ? Lease::missing : Lease::unknown;
    const Fd file(::openat(directory, output_name(run).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file)
        return errno == ENOENT ? Lease::missing : Lease::unknown;
    struct stat status = {};
    if (::fstat(file.get(), &status) < 0 || !S_ISREG(status.st_mode))
        return Lease::unknown;
    // Shared, so that two who ask at once do not take each other for the job.
    if (::flock(file.get(), LOCK_SH | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? Lease::held : Lease::unknown;
    return Lease::free;
}

ExecutionRecord::Answer Remains::execution_of(const Run& run) const
{
    return executions_.look_up(run.id, instance_, LockFile::epoch_of(run.runner.mark));
}

Liveness Remains::examine(const Run& run) const
{
    if (run.runner.host != host_)
        return Liveness::elsewhere;
    try {
        // What was written shortly before a crash may not have reached the disk, so that nothing proves of a run that it
        // was not executed.
        return ended_with_its_boot(run) ? Liveness::dead : examine_here(run);
    } catch (const Error&) {
        return Liveness::doubtful;
    }
}

/// Nothing survives a boot.
bool Remains::ended_with_its_boot(const Run& run) const
{
    return kernel_of(run.runner.process.boot_id) == Kernel::another && !runner_lives(run) &&
           try_lease(run) != Lease::held;
}

bool Remains::is_of_another_state(const Run& run, Lease lease) const
{
    return (lease == Lease::missing || lease == Lease::unknown) && had_another_lock(run, executions_.epoch());
}

/// The record is not flushed: it proves nothing of what another boot has executed, and a row without a boot id may be of one.
bool Remains::is_proved_unexecuted(const Run& run, const ExecutionRecord::Answer& execution)
{
    return execution.verdict == ExecutionRecord::Verdict::never && !run.started_at && !run.process &&
           kernel_of(run.runner.process.boot_id) == Kernel::this_one;
}

Liveness Remains::examine_here(const Run& run) const
{
    if (runner_lives(run))
        return Liveness::supervised;
    // After the runner: its child holds the runner's mark until it has become the program, and notes that before.
    const auto execution = execution_of(run);
    const Lease lease = try_lease(run);
    if (is_of_another_state(run, lease)) // before its group, which lives on under the same kernel
        return Liveness::elsewhere;
    const auto group = groups_.standing(run);
    if (group == GroupState::populated || lease == Lease::held)
        return Liveness::orphaned;
    if (is_proved_unexecuted(run, execution)) {
        if (group == GroupState::empty)
            groups_.remove(run);
        return Liveness::never_executed;
    }
    const Wanted wanted = wanted_of(run, instance_, directory_, execution);
    bool doubtful = lease == Lease::unknown || group == GroupState::unknown;
    // Twice: a process that forks and exits while the list is read can slip through once.
    for (int look = 0; look < 2; ++look) {
        for (const auto& living : living_processes(wanted)) {
            if (living.belonging > Belonging::possible)
                return Liveness::orphaned;
            doubtful = true;
        }
    }
    if (doubtful)
        return Liveness::doubtful;
    if (group == GroupState::empty)
        groups_.remove(run);
    return Liveness::dead;
}

void Remains::kill(const Run& run) const
try {
    // Where the row tells no boot, what a process itself bears is enough: nothing less is killed.
    const auto& boot = run.runner.process.boot_id;
    if (run.runner.host != host_ || (!boot.empty() && kernel_of(boot) != Kernel::this_one) || runner_lives(run) ||
        is_of_another_state(run, try_lease(run)))
        return;
    groups_.kill(run);
    for (const auto& [process, belonging] :
         living_processes(wanted_of(run, instance_, directory_, execution_of(run)))) {
        if (belonging != Belonging::certain || process.pid == ::getpid() || process.pid <= 1)
            continue;
        const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
        if (!pidfd)
            continue;
        // The descriptor is bound to one process now; whether to the one we looked at, its start time tells, or its tag.
        const auto again = read_process(process.pid);
        if (again ? again->start_ticks == process.start_ticks : read_run_tag(process.pid, instance_).run == run.id)
            ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
    }
} catch (const Error&) {
    // Nothing is killed on what cannot be read; whoever asked looks again.
}

} // namespace escher::os
