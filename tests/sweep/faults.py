"""Which errors a system call may plausibly fail with, by name. What cannot fail is only killed at.

ENOENT, EEXIST and the like are left out: they are answers, and a program that believes them is right. So is brk: the
kernel tells of its failure by the old break, never by an error, and the C library takes strace's error for success.
"""

FAULTS = {
    "open openat": "EMFILE ENFILE ENOMEM EIO EACCES",
    "read pread64 readv": "EIO EINTR",
    "write pwrite64 writev": "ENOSPC EIO EDQUOT",
    "fsync fdatasync": "EIO ENOSPC",
    "ftruncate fallocate": "EIO ENOSPC",
    "fcntl": "ENOLCK EINTR",
    "flock": "ENOLCK EINTR",
    "stat fstat lstat newfstatat statx access faccessat faccessat2": "EIO ENOMEM EACCES",
    "statfs fstatfs": "EIO ENOMEM",
    "readlink readlinkat": "ENOMEM EIO EACCES",
    "getdents64": "EIO ENOMEM",
    "lseek": "EIO",
    "mmap mprotect mremap": "ENOMEM",
    "clone clone3 vfork fork": "EAGAIN ENOMEM",
    "waitid wait4": "EINTR",
    "poll ppoll select pselect6 epoll_wait epoll_pwait clock_nanosleep nanosleep": "EINTR",
    "epoll_ctl inotify_add_watch": "ENOMEM ENOSPC",
    "epoll_create1 signalfd4 timerfd_create eventfd2 pidfd_open inotify_init1 pipe2 dup dup2 dup3 memfd_create socket":
        "EMFILE ENFILE ENOMEM",
    "pidfd_send_signal kill tgkill": "EPERM",
    "prctl": "EPERM",
    "fchmod chmod fchown chown utimensat": "EPERM EIO",
    "unlink unlinkat rename renameat": "EIO EACCES",
    "mkdir mkdirat rmdir": "ENOSPC EACCES",
    "connect sendto sendmsg": "ECONNREFUSED EAGAIN",
    "getrandom": "EINTR",
    "close": "EIO",
    "fsetxattr fgetxattr setxattr getxattr": "ENOSPC EIO",
}

ERRORS = {call: errors.split() for calls, errors in FAULTS.items() for call in calls.split()}

# They pass: what is interrupted every time, or may never kill its own children, has no counterpart outside of a test. Nor has
# a machine on which every read(2) fails: not a disk does that, but /proc, and the descriptor that tells of signals.
ERRORS_ONCE = {"EINTR"}
CALLS_ONCE = {"kill", "tgkill", "pidfd_send_signal", "read"}

# Of these no point would tell anything: the first is strace's own, the others belong to signals and to the C library.
NOT_SWEPT = {"execve", "rt_sigreturn", "restart_syscall", "exit"}

# These are made only when a process is met in the middle of something, the last ones when a writer waits for another: no
# point can be sure to strike there.
INCIDENTAL = {"clock_nanosleep", "nanosleep", "futex", "sched_yield", "pidfd_open", "pidfd_send_signal",
              "gettid", "timer_create", "timer_settime", "timer_delete", "rt_sigaction", "rt_sigprocmask"}


def faults_of(call, calls):
    """All the ways in which the call can fail, each as its error and where: the K-th time, or from then on ("K+")."""
    times = range(calls.by_loader[call] + 1, calls[call] + 1)
    for error in ERRORS.get(call, ()):
        once = error in ERRORS_ONCE or call in CALLS_ONCE
        for more in ("",) if once else ("", "+"):
            yield error, more, [f"{call}:{error}:{when}{more}" for when in times]
