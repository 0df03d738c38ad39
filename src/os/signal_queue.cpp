#include "os/signal_queue.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>

namespace escher::os {

namespace {

bool a_stop_signal_was_read = false;

bool is_ignored(int signal)
{
    struct sigaction action = {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

SignalQueue::SignalQueue()
{
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGCHLD);
    ::sigaddset(&set, SIGTERM);
    // A blocked signal is queued even while it is ignored, so those must not be blocked.
    for (const int signal : {SIGINT, SIGHUP})
        if (!is_ignored(signal))
            ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);

    // An inherited "ignore" would let the kernel throw our children's exit statuses away.
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    standard.sa_flags = SA_NOCLDSTOP;
    ::sigaction(SIGCHLD, &standard, nullptr);
    ::signal(SIGPIPE, SIG_IGN);

    fd_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_)
        throw Error(ErrorKind::unavailable,
                    "cannot create a signal descriptor: " + errno_text(errno) + remedy(errno));
}

SignalQueue::~SignalQueue()
{
    // What arrived late has nobody left to read it; the signals stay blocked, so that nothing strikes on the way out.
    drain();
}

bool SignalQueue::drain()
{
    bool stop = false;
    signalfd_siginfo info = {};
    while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        const int signal = static_cast<int>(info.ssi_signo);
        if (signal == SIGCHLD)
            continue;
        stop = true;
        a_stop_signal_was_read = true;
        if (!stop_signal_)
            stop_signal_ = signal;
    }
    return stop;
}

bool stop_signal_came() noexcept
{
    if (a_stop_signal_was_read)
        return true;
    // Only what a queue has blocked is ever pending.
    sigset_t pending;
    if (::sigpending(&pending) != 0)
        return false;
    return ::sigismember(&pending, SIGTERM) == 1 || ::sigismember(&pending, SIGINT) == 1 ||
           ::sigismember(&pending, SIGHUP) == 1;
}

} // namespace escher::os
