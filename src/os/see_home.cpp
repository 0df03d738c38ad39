#include "os/see_home.hpp"

#include "os/fd.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace escher::os {

namespace {

constexpr std::array passed = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGWINCH};

[[noreturn]] void end_as(int status)
{
    if (!WIFSIGNALED(status))
        ::_exit(WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none); // what died is the child; the memory of this one is root's
    ::signal(signal, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(signal);
    ::_exit(128 + signal);
}

void end_with_child(pid_t child, bool wait)
{
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(child, &status, wait ? 0 : WNOHANG)) < 0 && errno == EINTR)
        ;
    if (ended == child)
        end_as(status);
    if (ended < 0)
        ::_exit(128); // whoever has taken it from us knows its end
}

/// What has come; the end of the child ends us.
void read_signals(int queue, pid_t child)
{
    signalfd_siginfo came = {};
    while (::read(queue, &came, sizeof came) == sizeof came)
        if (came.ssi_signo == SIGCHLD)
            end_with_child(child, false);
        else
            ::kill(child, static_cast<int>(came.ssi_signo));
}

} // namespace

const sigset_t& PassedSignals::set()
{
    static const sigset_t all = [] {
        sigset_t made;
        sigemptyset(&made);
        for (const int signal : passed)
            sigaddset(&made, signal);
        sigaddset(&made, SIGCHLD);
        return made;
    }();
    return all;
}

PassedSignals::PassedSignals()
{
    ::sigprocmask(SIG_BLOCK, &set(), &before_);
    struct sigaction usual = {};
    usual.sa_handler = SIG_DFL; // one who ignores it hears of no child
    ::sigaction(SIGCHLD, &usual, &children_);
}

void PassedSignals::restore() noexcept
{
    ::sigaction(SIGCHLD, &children_, nullptr);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void see_home(pid_t child, int socket, const std::function<bool()>& answer)
{
    const Fd queue(::signalfd(-1, &PassedSignals::set(), SFD_CLOEXEC | SFD_NONBLOCK));
    bool open = true;
    while (queue) {
        std::array<pollfd, 2> watched = {pollfd{.fd = queue.get(), .events = POLLIN, .revents = 0},
                                         pollfd{.fd = open ? socket : -1, .events = POLLIN, .revents = 0}};
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
            break;
        if (open && watched[1].revents != 0)
            open = answer();
        read_signals(queue.get(), child);
    }
    // Without a queue there is nothing to pass on; the child is seen home all the same.
    while (open)
        open = answer();
    end_with_child(child, true);
    ::_exit(128);
}

} // namespace escher::os
