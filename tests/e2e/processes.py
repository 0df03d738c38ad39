"""Processes, and the pipes through which tests and jobs wait for each other. Everything here blocks on an event."""

import contextlib
import os
import select


def processes_of(mark):
    """The live processes (no zombies) with `mark` in their environment or arguments: all that a sandbox has started."""
    needle = mark.encode()
    return [int(name) for name in os.listdir("/proc")
            if name.isdigit() and int(name) != os.getpid()
            and (needle in read_proc(name, "environ") or needle in read_proc(name, "cmdline"))]


def read_proc(pid, name):
    """A file of /proc/PID; empty if the process is gone."""
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def wait_gone(pids, timeout):
    """Blocks until none of the processes lives."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([handle], [], [], timeout)[0]:
                raise AssertionError(f"process {pid} lives on after {timeout} s")
        finally:
            os.close(handle)


class Pipe:
    """A FIFO that neither side has to wait for to open."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)
        os.chmod(path, 0o666)
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self.buffer = b""

    def read_line(self, timeout=60):
        """The next line that somebody writes, without its newline."""
        while b"\n" not in self.buffer:
            if not select.select([self.fd], [], [], timeout)[0]:
                raise AssertionError(f"nobody wrote a line to {self.path} within {timeout} s: {self.buffer!r}")
            self.buffer += os.read(self.fd, 65536)
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def has_line(self):
        """True if a line is there already."""
        if b"\n" not in self.buffer and select.select([self.fd], [], [], 0)[0]:
            self.buffer += os.read(self.fd, 65536)
        return b"\n" in self.buffer

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class Held:
    """Jobs that say when they run, and then run until the test lets them go.

    `script` is what such a job does; anything may stand before it and after it.
    """

    def __init__(self, path):
        self.started = Pipe(path + ".started")
        self.gate = Pipe(path + ".gate")

    @property
    def script(self):
        # cat sees the end of the file when the last writer, the test, has closed it.
        return f"echo $ESCHER_JOB_ID > {self.started.path}; cat {self.gate.path}"

    def wait_started(self, count=1, timeout=60):
        """Blocks until `count` jobs run; returns their ids."""
        return [int(self.started.read_line(timeout)) for _ in range(count)]

    def release(self):
        """Lets go of those that run, and of those that come to the gate later."""
        with open(self.gate.path + ".open", "w", encoding="utf-8"):
            pass
        os.rename(self.gate.path + ".open", self.gate.path)
        self.gate.close()


def signal_quietly(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
