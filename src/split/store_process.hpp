#pragma once

#include "os/drop_privileges.hpp"
#include "os/fd.hpp"

#include <sys/types.h>

#include <functional>

namespace escher::split {

/// The process that works on the database, as its parent has it.
struct StoreProcess {
    pid_t pid = 0;
    os::Fd process; ///< a pidfd: the pid may be another's once somebody has reaped it
    os::Fd socket; ///< to it

    /// Does nothing if it has ended.
    void signal(int number) const;
};

/// Forks a process that is the owner's from its first moment on, with nothing of root's but the memory that it was forked
/// with, standard output and error, and what it is given: the socket to this process. It ends with this one. It exits
/// with what `body` returns; an Error that it throws before is said as a Goodbye. Throws Error.
[[nodiscard]] StoreProcess start_store_process(const os::UnprivilegedUser& owner,
                                               const std::function<int(int socket)>& body);

} // namespace escher::split
