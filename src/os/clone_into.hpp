#pragma once

#include <sys/types.h>

#include <cstddef>

namespace escher::os {

/// True where clone_into_group() can be had; elsewhere the child has to write "0" to cgroup.procs.
#if defined(__x86_64__)
inline constexpr bool can_clone_into_group = true;
#else
inline constexpr bool can_clone_into_group = false;
#endif

/// As clone(2) with CLONE_VM | CLONE_VFORK | SIGCHLD, but the child is in the control group that `group`, a directory, is
/// open on from its first moment. `body` runs on the stack [stack, stack + size), 16 bytes aligned, and must not return
/// into anything of ours: its result is the exit status.
///
/// Moving a process by cgroup.procs makes it wait for all processors, 12 ms where that is rare; this costs nothing.
///
/// Returns the pid, or minus errno, when nothing has happened: ENOENT or ENODEV (the group is gone), EACCES, EBUSY,
/// EOPNOTSUPP (it cannot be entered), ENOSYS or EPERM (no such call, or a sandbox forbids it), EAGAIN and ENOMEM as clone.
/// ECANCELED: the child was killed before it began. Linux 6.14 to 6.18 at least do that always where cgroup.kill was
/// written to our own group and not to `group`, or the other way round: it has to enter by cgroup.procs then.
[[nodiscard]] pid_t clone_into_group(int (*body)(void*), void* argument, char* stack, std::size_t size, int group);

} // namespace escher::os
