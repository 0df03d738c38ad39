#include "os/spawn.hpp"

#include "os/errno_text.hpp"
#include "os/process_table.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

// The child runs on a stack that the sanitizers do not know.
#define ESCHER_IN_CHILD __attribute__((no_sanitize("address", "undefined"), noinline))

namespace escher::os {

namespace {

constexpr std::size_t stack_size = 128 * 1024;
constexpr std::size_t guard_size = 64 * 1024;

struct ChildStart {
    LaunchPlan* plan = nullptr;
    pid_t parent = 0;
    bool enters_group = false; ///< the child is not in plan->cgroup yet
};

/// Credentials are changed by system call: glibc's functions would synchronize threads that are not the child's.
ESCHER_IN_CHILD ChildStep become_user(const LaunchPlan& plan)
{
    if (::syscall(SYS_setgroups, plan.group_count, plan.groups) != 0)
        return ChildStep::groups;
    gid_t real_gid = 0;
    gid_t effective_gid = 0;
    gid_t saved_gid = 0;
    if (::syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) != 0)
        return ChildStep::group;
    ::syscall(SYS_getresgid, &real_gid, &effective_gid, &saved_gid);
    errno = EPERM;
    if (real_gid != plan.gid || effective_gid != plan.gid || saved_gid != plan.gid)
        return ChildStep::group;
    uid_t real_uid = 0;
    uid_t effective_uid = 0;
    uid_t saved_uid = 0;
    if (::syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) != 0)
        return ChildStep::user;
    ::syscall(SYS_getresuid, &real_uid, &effective_uid, &saved_uid);
    errno = EPERM;
    if (real_uid != plan.uid || effective_uid != plan.uid || saved_uid != plan.uid)
        return ChildStep::user;
    // The kernel clears what counts at once, but not what is inherited, and nothing where securebits say so.
    if (plan.uid != 0) {
        __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
        const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> nothing{};
        if (::syscall(SYS_capset, &header, nothing.data()) != 0)
            return ChildStep::user;
    }
    return ChildStep::none;
}

ESCHER_IN_CHILD ChildStep apply_limits(LaunchPlan& plan)
{
    for (std::size_t i = 0; i < plan.limit_count; ++i) {
        if (::syscall(SYS_prlimit64, 0, plan.limits[i].resource, &plan.limits[i].value, nullptr) != 0) {
            plan.failed_limit = plan.limits[i].resource;
            return ChildStep::limits;
        }
    }
    if (plan.nice != 0) {
        errno = 0;
        if (::nice(plan.nice) == -1 && errno != 0)
            return ChildStep::nice;
    }
    return ChildStep::none;
}

ESCHER_IN_CHILD ChildStep enter_directory(const LaunchPlan& plan)
{
    if (::chdir(plan.directory) == 0)
        return ChildStep::none;
    // Many service users have a home that does not exist; nobody asked for it by name.
    const int error = errno;
    if (plan.directory_is_default && ::chdir("/") == 0)
        return ChildStep::none;
    errno = error;
    return ChildStep::directory;
}

ESCHER_IN_CHILD void reset_signals(const LaunchPlan& plan)
{
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < 64; ++signal)
        if ((plan.signals_to_reset >> signal & 1U) != 0)
            ::sigaction(signal, &standard, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

ESCHER_IN_CHILD bool note_execution(LaunchPlan& plan)
{
    Execution& execution = plan.execution;
    execution.pid = ::getpid();
    execution.at_ticks = ticks_since_boot();
    if (plan.record < 0)
        return true;
    errno = ENOSPC; // of a write that ends short
    return ::pwrite(plan.record, &execution, sizeof execution, plan.record_at) ==
           static_cast<ssize_t>(sizeof execution);
}

/// Returns only if no candidate can be executed; errno says why, as execvp(3) would, but without its shell.
ESCHER_IN_CHILD void execute(const LaunchPlan& plan)
{
    bool denied = false;
    for (const char* const* program = plan.programs; *program != nullptr; ++program) {
        // A program that is just being written: whoever does will be done in a moment, or the attempt fails.
        for (int busy = 0; busy < 10; ++busy) {
            ::execve(*program, plan.argv, plan.environment);
            if (errno != ETXTBSY)
                break;
            const timespec moment = {.tv_sec = 0, .tv_nsec = 10'000'000};
            ::syscall(SYS_nanosleep, &moment, nullptr);
            errno = ETXTBSY;
        }
        if (errno == EACCES)
            denied = true;
        else if (errno != ENOENT && errno != ENOTDIR)
            return;
    }
    errno = denied ? EACCES : ENOENT;
}

ESCHER_IN_CHILD bool enter_group(int group)
{
    const int members = ::openat(group, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    return members >= 0 && ::write(members, "0", 1) == 1;
}

ESCHER_IN_CHILD ChildStep become_program(LaunchPlan& plan, pid_t parent, bool enters_group)
{
    if (::setsid() < 0)
        return ChildStep::session;
    if (enters_group && !enter_group(plan.cgroup))
        return ChildStep::control_group;
    if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.output, 2) < 0)
        return ChildStep::descriptors;
    if (const auto failed = apply_limits(plan); failed != ChildStep::none)
        return failed;
    if (plan.changes_user)
        if (const auto failed = become_user(plan); failed != ChildStep::none)
            return failed;
    ::umask(plan.umask);
    if (const auto failed = enter_directory(plan); failed != ChildStep::none)
        return failed;
    // After the credential change, which clears it. A parent that died before this moment is seen by getppid().
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return ChildStep::death_signal;
    if (::getppid() != parent) {
        errno = ESRCH;
        return ChildStep::death_signal;
    }
    // From here on the run counts as executed. Before this moment the child dies with its parent and leaves nothing; while
    // it has the lock file open, the runner's mark is held.
    if (!note_execution(plan))
        return ChildStep::record;
    reset_signals(plan);
    // Everything of ours is close-on-exec already; what a caller leaked into us is not.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    execute(plan);
    return ChildStep::exec;
}

ESCHER_IN_CHILD int run_child(void* argument)
{
    auto* start = static_cast<ChildStart*>(argument);
    const ChildStep failed = become_program(*start->plan, start->parent, start->enters_group);
    start->plan->error = errno;
    start->plan->failed_step = failed;
    ::syscall(SYS_exit_group, 127);
    return 127;
}

} // namespace

Spawner::Spawner()
    : stack_(::mmap(nullptr, guard_size + stack_size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0))
{
    // The child, which may be killed at any moment, must find what that initializes at its first call.
    static_cast<void>(ticks_since_boot());
    if (stack_ == MAP_FAILED)
        throw Error(ErrorKind::unavailable,
                    "cannot allocate memory to start jobs: " + errno_text(errno) + remedy(errno));
    ::mprotect(stack_, guard_size, PROT_NONE);
}

Spawner::~Spawner()
{
    ::munmap(stack_, guard_size + stack_size);
}

pid_t Spawner::spawn(LaunchPlan& plan)
{
    plan.failed_step = ChildStep::none;
    plan.error = 0;
    const bool grouped = plan.cgroup >= 0;
    ChildStart start{.plan = &plan, .parent = ::getpid(), .enters_group = grouped && !clones_into_groups_};
    // No handler of ours may run in the child while it shares our memory; it opens the mask itself.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    char* const stack = static_cast<char*>(stack_) + guard_size;
    pid_t pid = -ECANCELED;
    if (grouped && clones_into_groups_)
        pid = clone_into_group(&run_child, &start, stack, stack_size, plan.cgroup);
    // What this kernel or this place cannot do once it never will.
    if (pid == -ECANCELED || pid == -ENOSYS || pid == -EPERM) {
        clones_into_groups_ = clones_into_groups_ && !grouped;
        start.enters_group = grouped;
        pid = ::clone(&run_child, stack + stack_size, CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
        pid = pid < 0 ? -errno : pid;
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return pid;
}

std::uint64_t signals_not_default()
{
    std::uint64_t signals = 0;
    for (int signal = 1; signal < 64; ++signal) {
        struct sigaction action = {};
        if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_DFL)
            signals |= std::uint64_t{1} << signal;
    }
    return signals;
}

} // namespace escher::os
