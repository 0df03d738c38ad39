#pragma once

#include "os/fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

/// A meeting point of a test and its processes: whoever writes a line wakes whoever reads.
class Fifo {
public:
    explicit Fifo(std::filesystem::path path) : path_(std::move(path))
    {
        if (::mkfifo(path_.c_str(), 0666) != 0)
            throw std::runtime_error("cannot make a FIFO");
    }

    [[nodiscard]] std::string path() const { return path_.string(); }

    /// Blocks until somebody has written a line.
    std::string read_line() const
    {
        std::ifstream in(path_);
        std::string line;
        std::getline(in, line);
        return line;
    }

    [[nodiscard]] pid_t read_pid() const { return static_cast<pid_t>(std::stoi(read_line())); }

    /// Blocks until somebody reads.
    void write_line(const std::string& line) const { std::ofstream(path_) << line << '\n'; }

private:
    std::filesystem::path path_;
};

/// Follows a process, so that its end can be waited for.
class Watched {
public:
    explicit Watched(pid_t pid) : pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

    /// Blocks until it has ended; false: it lives on for half a minute. One that is gone already has ended.
    [[nodiscard]] bool ends() const
    {
        pollfd event = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
        return !pidfd_ || ::poll(&event, 1, 30'000) == 1;
    }

    [[nodiscard]] bool lives() const
    {
        pollfd event = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
        return pidfd_ && ::poll(&event, 1, 0) == 0;
    }

    void kill() const { ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0); }

private:
    escher::os::Fd pidfd_;
};

/// Runs `body` in a forked process; what it returns is the exit status. Exceptions make it 99.
inline pid_t fork_and_run(const std::function<int()>& body)
{
    const pid_t pid = ::fork();
    if (pid != 0)
        return pid;
    int status = 99;
    try {
        status = body();
    } catch (...) {
    }
    ::_exit(status);
}

/// The exit status; negative: the signal.
inline int await_exit(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
