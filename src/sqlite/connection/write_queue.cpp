#include "sqlite/connection/write_queue.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <utility>

#ifndef sigev_notify_thread_id // glibc had no name for it before 2.37
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace escher::sqlite {

namespace {

timespec timespec_of(Duration span)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
    return {seconds.count(), std::chrono::nanoseconds(span - seconds).count()};
}

/// From `after` on, interrupts what this thread waits for in the kernel, while it is in scope. Again and again, for a
/// signal that arrives just before the wait begins does not interrupt it.
///
/// The signal is not SIGALRM, which this process may have been given a use for by the one that started it. Blocked
/// signals stay blocked. Nothing of this is left behind: no timer, no handler, no signal on its way.
class Interruption {
public:
    explicit Interruption(Duration after) noexcept
    {
        sigevent event = {};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = signal_;
        event.sigev_notify_thread_id = ::gettid();
        if (::timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0)
            return;
        struct sigaction ignore_it = {}; // but not SIG_IGN, nor SA_RESTART: neither would interrupt
        ignore_it.sa_handler = [](int) {};
        ::sigaction(signal_, &ignore_it, &action_before_);
        sigset_t only_it;
        ::sigemptyset(&only_it);
        ::sigaddset(&only_it, signal_);
        ::pthread_sigmask(SIG_UNBLOCK, &only_it, &mask_before_);
        const itimerspec times = {.it_interval = timespec_of(std::chrono::milliseconds(10)),
                                  .it_value = timespec_of(after)};
        armed_ = true;
        ::timer_settime(timer_, 0, &times, nullptr);
    }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption()
    {
        if (!armed_)
            return;
        // Not blocked, a signal that is due arrives before this returns: none finds the handler gone.
        ::timer_delete(timer_);
        ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
        ::sigaction(signal_, &action_before_, nullptr);
    }

    [[nodiscard]] bool armed() const noexcept { return armed_; }

private:
    const int signal_ = SIGRTMIN;
    timer_t timer_ = nullptr;
    bool armed_ = false;
    struct sigaction action_before_ = {};
    sigset_t mask_before_ = {};
};

/// True if nobody may read the file, and with that lock it, who may not write it: else who may only read the database
/// could delay those who write.
bool is_for_writers_only(mode_t mode)
{
    return (((mode & (S_IRGRP | S_IROTH)) >> 1) & ~mode) == 0;
}

} // namespace

WriteQueue::~WriteQueue()
{
    if (fd_ >= 0)
        ::close(fd_);
}

bool WriteQueue::open() noexcept
{
    if (fd_ >= 0)
        return true;
    const int fd = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink <= 1 &&
        is_for_writers_only(status.st_mode))
        fd_ = fd;
    else
        ::close(fd);
    return fd_ >= 0;
}

bool WriteQueue::enter(Duration patience) noexcept
{
    if (!open())
        return false;
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) {
        moves_ = true;
        return has_turn_ = true;
    }
    if (errno != EWOULDBLOCK || !moves_ || patience <= Duration::zero())
        return false;
    const auto end = std::chrono::steady_clock::now() + patience;
    const Interruption interruption(patience);
    if (!interruption.armed())
        return false;
    do
        has_turn_ = ::flock(fd_, LOCK_EX) == 0;
    while (!has_turn_ && errno == EINTR && std::chrono::steady_clock::now() < end);
    moves_ = has_turn_;
    return has_turn_;
}

void WriteQueue::leave() noexcept
{
    // Said to the lock itself: closing would not end it while a child that was forked meanwhile has it too.
    if (std::exchange(has_turn_, false))
        ::flock(fd_, LOCK_UN);
}

} // namespace escher::sqlite
