"""Processes as the kernel shows them: which belong to a place, and blocking until they are gone."""

import contextlib
import os
import select
import time


def processes_of(root):
    """The live processes that belong to the place at `root`: by environment, arguments, or the lock on descriptor 9.

    Descriptor 9 finds those that have cleared their environment, and for root those that cannot be read by others.
    """
    needle = root.encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        if needle in read_proc(name, "environ") or needle in read_proc(name, "cmdline") \
                or link_of(name, "fd/9").startswith(root + "/"):
            found.append(int(name))
    return found


def read_proc(pid, name):
    """A file of /proc/PID; empty if the process is gone."""
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def link_of(pid, name):
    try:
        return os.readlink(f"/proc/{pid}/{name}")
    except OSError:
        return ""


def children_of(pid):
    return [int(word) for word in read_proc(pid, f"task/{pid}/children").split()]


def describe(pid):
    words = read_proc(pid, "cmdline").replace(bytes(1), b" ").decode(errors="replace").split()
    return f"{pid} ({' '.join(words)[:80]})"


def wait_gone(pids, seconds):
    """Blocks until none of these processes lives; false if one outlives the time."""
    end = time.monotonic() + seconds
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([handle], [], [], max(0, end - time.monotonic()))[0]:
                return False
        finally:
            os.close(handle)
    return True


def signal_quietly(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
