#pragma once

#include "os/fd.hpp"

#include <optional>

namespace escher::os {

/// Takes SIGCHLD and the signals that ask us to stop (TERM, INT, HUP) off asynchronous delivery and reads them from a
/// descriptor. A stop signal that our caller made us ignore (nohup, a shell's background job) stays ignored; TERM always
/// counts. SIGPIPE is ignored from then on.
class SignalQueue {
public:
    /// Throws Error.
    SignalQueue();
    ~SignalQueue();
    SignalQueue(const SignalQueue&) = delete;
    SignalQueue& operator=(const SignalQueue&) = delete;

    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Reads what has arrived; true if a stop signal was among it.
    bool drain();

    /// The first stop signal that has arrived.
    [[nodiscard]] std::optional<int> stop_signal() const { return stop_signal_; }

private:
    Fd fd_;
    std::optional<int> stop_signal_;
};

/// True if a signal that asks this process to stop has come to a SignalQueue of its, read or not. Cheap; for who computes for
/// long between two reads.
[[nodiscard]] bool stop_signal_came() noexcept;

} // namespace escher::os
