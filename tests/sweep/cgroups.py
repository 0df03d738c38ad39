"""A cgroup v2 subtree of the harness's own, in which ticks are started that are to use cgroups."""

import contextlib
import os
import time


class Cgroup:
    """A group, which may have children."""

    word = "auto"  # for run.cgroup

    def __init__(self, path):
        self.path = path
        self.procs = os.path.join(path, "cgroup.procs")

    def child(self, name):
        path = os.path.join(self.path, name)
        os.mkdir(path)
        return Cgroup(path)

    def left_behind(self):
        """The groups of runs. What holds them, one level above, may stay for the next tick."""
        return sorted(os.path.relpath(os.path.join(place, name), self.path)
                      for place, names, _ in os.walk(self.path) if place != self.path for name in names)

    def remove(self):
        with contextlib.suppress(OSError):
            with open(os.path.join(self.path, "cgroup.kill"), "w", encoding="utf-8") as file:
                file.write("1")
        end = time.monotonic() + 5
        while os.path.isdir(self.path) and time.monotonic() < end:
            for place, names, _ in os.walk(self.path, topdown=False):
                for name in names:
                    with contextlib.suppress(OSError):
                        os.rmdir(os.path.join(place, name))
            with contextlib.suppress(OSError):
                os.rmdir(self.path)


def make_cgroup():
    """A subtree below the cgroup that this process is in; or none, and why."""
    mount = next((line.split()[4] for line in open_lines("/proc/self/mountinfo") if " - cgroup2 " in line), None)
    if mount is None:
        return None, "no cgroup v2 tree is mounted"
    own = next((line.strip().split("::", 1)[1] for line in open_lines("/proc/self/cgroup") if line.startswith("0::")),
               "/")
    path = os.path.join(mount, own.strip("/"), f"escher-cron-sweep-{os.getpid()}")
    try:
        os.mkdir(path)
    except OSError as error:
        return None, f"cannot make a cgroup: {error}"
    cgroup = Cgroup(path)
    # Some hosts let one make a group and then nobody move into it.
    pid = os.fork()
    if pid == 0:
        try:
            with open(cgroup.procs, "w", encoding="utf-8") as file:
                file.write("0")
        except OSError:
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        cgroup.remove()
        return None, f"cannot move a process into {path}"
    return cgroup, ""


def open_lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.readlines()
    except OSError:
        return []
