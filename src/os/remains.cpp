#include "os/remains.hpp"

#include "os/output_file.hpp"
#include "os/process_table.hpp"
#include "os/system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>

namespace escher::os {

namespace {

/// How sure it is that a process belongs to a run.
enum class Belonging {
    no,
    likely, ///< in a session of that number whose leader is gone: enough to wait for it, not to kill it
    certain,
};

bool is_same_process(const ProcessIdentity& identity)
{
    const auto process = read_process(static_cast<pid_t>(identity.pid));
    return process && process->lives() && process->start_ticks == identity.start_ticks;
}

/// A pid is not given away again while it is a session's number, but a session may have ended and another begun. The
/// number comes from a row, and clients can write rows: what may be killed the kernel must call ours as well, by the
/// environment that the leader was started with.
Belonging in_session(const ProcessStat& process, const Run& run, const std::string& instance)
{
    const auto& main = run.process;
    if (!main || process.session != static_cast<pid_t>(main->pid) || process.start_ticks < main->start_ticks)
        return Belonging::no;
    const auto leader = read_process(static_cast<pid_t>(main->pid));
    if (!leader)
        return Belonging::likely;
    if (leader->start_ticks != main->start_ticks)
        return Belonging::no;
    return environment_tags(leader->pid, instance).run == run.id ? Belonging::certain : Belonging::likely;
}

/// A run and what its processes are known by.
struct Wanted {
    const Run& run;
    const std::string& instance;
    std::string output_path; ///< empty: unknown
};

Belonging belongs(const ProcessStat& process, const Wanted& wanted)
{
    const Run& run = wanted.run;
    const auto by_session = in_session(process, run, wanted.instance);
    if (by_session == Belonging::certain || environment_tags(process.pid, wanted.instance).run == run.id)
        return Belonging::certain;
    // Whoever writes to the file of the run is of the run, even where the file was deleted and its lock is out of reach.
    if (!wanted.output_path.empty() && writes_to(process.pid, wanted.output_path))
        return Belonging::certain;
    return by_session;
}

/// The living processes of the run, if /proc can be trusted to show them.
std::optional<std::vector<ProcessStat>> living_processes(const Wanted& wanted, Belonging least)
{
    const auto pids = all_processes();
    if (!pids)
        return std::nullopt;
    std::vector<ProcessStat> found;
    for (const pid_t pid : *pids) {
        const auto process = read_process(pid);
        if (process && process->lives() && belongs(*process, wanted) >= least)
            found.push_back(*process);
    }
    return found;
}

std::string output_path(const OutputDirectory& directory, const Run& run)
{
    const int fd = directory.open_existing();
    // Another run's file, named by a row that somebody made up, would make its processes ours.
    const std::string own = std::to_string(static_cast<std::int64_t>(run.job)) + "." +
                            std::to_string(static_cast<std::int64_t>(run.id)) + ".log";
    if (fd < 0 || run.output_file != own)
        return {};
    const auto path = path_of_descriptor(fd);
    return path.empty() ? path : path + "/" + run.output_file;
}

} // namespace

bool Remains::runner_lives(const Run& run) const
{
    return (mark_lives_ && mark_lives_(run.runner.mark)) || is_same_process(run.runner.process);
}

Remains::Lease Remains::try_lease(const Run& run) const
{
    const int directory = directory_.open_existing();
    if (directory < 0 || !OutputDirectory::is_plain_name(run.output_file))
        return Lease::unknown;
    const Fd file(::openat(directory, run.output_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file)
        return errno == ENOENT ? Lease::missing : Lease::unknown;
    // Shared, so that two who ask at once do not take each other for the job.
    if (::flock(file.get(), LOCK_SH | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? Lease::held : Lease::unknown;
    struct stat status = {};
    if (::fstat(file.get(), &status) < 0)
        return Lease::unknown;
    return (status.st_mode & OutputFile::unexecuted_mark) != 0 ? Lease::unexecuted : Lease::free;
}

Liveness Remains::examine(const Run& run) const
{
    const auto& runner = run.runner.process;
    // Nothing survives a boot. What was written shortly before a crash may not have reached the disk, so that a missing
    // output file does not prove that nothing was executed.
    if (!runner.boot_id.empty() && !boot_id().empty() && runner.boot_id != boot_id())
        return Liveness::dead;
    if (runner_lives(run))
        return Liveness::supervised;

    const Lease lease = try_lease(run);
    if (lease == Lease::held)
        return Liveness::orphaned;
    const Wanted wanted{.run = run, .instance = instance_, .output_path = output_path(directory_, run)};
    // Twice: a process that forks and exits while the list is read can slip through once.
    for (int look = 0; look < 2; ++look) {
        const auto living = living_processes(wanted, Belonging::likely);
        if (!living)
            return Liveness::doubtful;
        if (!living->empty())
            return Liveness::orphaned;
    }
    if (lease == Lease::unknown)
        return Liveness::doubtful;
    const bool known_as_executed = run.started_at || run.process;
    // The file is made before the process, and marked by the process before the program.
    if (!known_as_executed && (lease == Lease::missing || lease == Lease::unexecuted))
        return Liveness::never_executed;
    return Liveness::dead;
}

void Remains::kill(const Run& run) const
{
    if (run.runner.process.boot_id != boot_id() || runner_lives(run))
        return;
    const auto living = living_processes(
        {.run = run, .instance = instance_, .output_path = output_path(directory_, run)}, Belonging::certain);
    if (!living)
        return;
    for (const auto& process : *living) {
        if (process.pid == ::getpid() || process.pid <= 1)
            continue;
        const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
        if (!pidfd)
            continue;
        // The descriptor is bound to one process now; whether to the one we looked at, its start time tells.
        const auto again = read_process(process.pid);
        if (again && again->start_ticks == process.start_ticks)
            ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
    }
}

} // namespace escher::os
