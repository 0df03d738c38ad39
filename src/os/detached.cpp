#include "os/detached.hpp"

#include "os/cgroup_site.hpp"
#include "os/errno_text.hpp"
#include "os/fd.hpp"
#include "os/host.hpp"
#include "os/program_path.hpp"
#include "os/run_tag.hpp"
#include "os/spawn.hpp"
#include "os/standard_streams.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace escher::os {

namespace {

/// Our environment without what makes a process part of a job: a job that creates a job starts a tick, and that is
/// nobody's child. The mark tells so to the tick that runs the job.
std::vector<std::string> detached_environment()
{
    constexpr std::array<std::string_view, 6> of_a_job = {
        "ESCHER_JOB_ID=",   "ESCHER_RUN_ID=",     "ESCHER_ATTEMPT=",
        "ESCHER_INSTANCE=", "ESCHER_OUTER_RUNS=", "ESCHER_CRON_DETACHED="};
    std::vector<std::string> variables;
    for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view entry = *variable;
        bool keep = true;
        for (const auto name : of_a_job)
            keep = keep && !entry.starts_with(name);
        if (keep)
            variables.emplace_back(entry);
    }
    variables.emplace_back("ESCHER_CRON_DETACHED=1");
    return variables;
}

/// What the child needs, all of it made before the fork.
struct DetachedPlan {
    std::vector<char*> argv;
    std::vector<char*> environment;
    std::vector<std::string> programs;
    std::uint64_t signals_to_reset = 0;
    int null = -1;
    int home = -1; ///< cgroup.procs of the group to move to; -1: it stays where it is
    int report = -1; ///< gets the errno of a failed exec; closed by exec
};

[[noreturn]] void tell(int report, int error)
{
    // Nobody to tell where this fails.
    [[maybe_unused]] const ssize_t written = ::write(report, &error, sizeof error);
    ::_exit(127);
}

[[noreturn]] void become_detached(const DetachedPlan& plan)
{
    // The group of a run is killed when that ends. A tick that cannot leave it ends with it; the jobs are there still.
    [[maybe_unused]] const ssize_t moved = ::write(plan.home, "0", 1);
    for (int fd = 0; fd <= 2; ++fd)
        ::dup2(plan.null, fd);
    // The report goes to 3, everything above is closed.
    const int report = 3;
    if (plan.report != report)
        ::dup3(plan.report, report, O_CLOEXEC);
    ::syscall(SYS_close_range, 4U, ~0U, 0U);
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < 64; ++signal)
        if ((plan.signals_to_reset >> signal & 1U) != 0)
            ::sigaction(signal, &standard, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    drop_run_tag(); // where a job starts us
    int error = ENOENT;
    for (const auto& program : plan.programs) {
        ::execve(program.c_str(), plan.argv.data(), plan.environment.data());
        if (errno != ENOENT && errno != ENOTDIR)
            error = errno;
    }
    tell(report, error);
}

std::vector<char*> pointers(std::span<const std::string> strings)
{
    std::vector<char*> result;
    for (const auto& text : strings)
        result.push_back(const_cast<char*>(text.c_str())); // execve(2) changes nothing through them
    result.push_back(nullptr);
    return result;
}

} // namespace

void start_detached(std::span<const std::string> argv)
{
    const std::string name = argv.empty() ? std::string{} : argv.front();
    const auto fail = [&](const std::string& operation, int error) {
        throw Error(ErrorKind::io,
                    operation + " '" + name + "' in the background: " + errno_text(error) + remedy(error));
    };
    if (name.empty())
        fail("cannot start", EINVAL);
    secure_standard_streams(); // else the descriptors below land where the child's 0 to 2 go
    const auto variables = detached_environment();
    DetachedPlan plan{.argv = pointers(argv),
                      .environment = pointers(variables),
                      .programs = program_candidates(name, environment_variable("PATH").value_or("/usr/bin:/bin")),
                      .signals_to_reset = signals_not_default()};
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const auto home_path = own_home_of_ticks();
    const Fd home(home_path.empty() ? -1 : ::open((home_path / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    plan.home = home.get();
    int ends[2] = {-1, -1};
    if (!null || ::pipe2(ends, O_CLOEXEC) < 0)
        fail("cannot start", errno);
    const Fd reader(ends[0]);
    Fd writer(ends[1]);
    plan.null = null.get();
    plan.report = writer.get();

    const pid_t pid = ::fork();
    if (pid < 0)
        fail("cannot start", errno);
    if (pid == 0) {
        // The first child ends at once and leaves the second to init, in a session without a terminal, of which it is
        // not the leader.
        ::setsid();
        const pid_t second = ::fork();
        if (second < 0)
            tell(plan.report, errno);
        if (second == 0)
            become_detached(plan);
        ::_exit(0);
    }
    writer.reset();
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
        continue;
    int error = 0;
    ssize_t got = 0;
    do
        got = ::read(reader.get(), &error, sizeof error);
    while (got < 0 && errno == EINTR);
    if (got == static_cast<ssize_t>(sizeof error))
        fail("cannot execute", error);
}

} // namespace escher::os
