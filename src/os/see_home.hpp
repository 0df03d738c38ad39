#pragma once

#include <sys/types.h>

#include <csignal>
#include <functional>

namespace escher::os {

/// The signals that a process passes on to its child while it sees it home, off asynchronous delivery as long as this lives.
/// The child that is forked meanwhile calls restore().
class PassedSignals {
public:
    PassedSignals();
    void restore() noexcept; ///< as they were
    [[nodiscard]] static const sigset_t& set();

private:
    sigset_t before_{};
    struct sigaction children_ {};
};

/// Waits for the end of `child`, passing signals on, and calls `answer` whenever `socket` has something to read or has been
/// closed, until that returns false. Then ends this process as the child has ended, by the same status or the same signal,
/// without what a normal end of a program does.
[[noreturn]] void see_home(pid_t child, int socket, const std::function<bool()>& answer);

} // namespace escher::os
