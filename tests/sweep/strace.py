"""Ticks and clients under strace, which strikes at one system call of theirs, and at nothing of the jobs'."""

import collections
import os
import re

from faults import NOT_SWEPT

CALL = re.compile(r"^(\w+)\(")

# One that fails again and again has had its chance; it must heed SIGTERM then.
TERM_SECONDS = 2


class Calls(collections.Counter):
    """How often each call is made, and how often by the dynamic loader before the program begins.

    What the loader does about errors is not ours: it is known to crash when it gets no memory.
    """

    def __init__(self, lines):
        super().__init__(line for line in lines if line not in NOT_SWEPT)
        # The last that the loader does is to unmap its cache.
        end = lines.index("munmap") if "munmap" in lines else 0
        self.by_loader = collections.Counter(lines[:end])


def count_calls(place, *args, **options):
    """How often an undisturbed command makes each call."""
    trace = os.path.join(place.home, "trace")
    ended = place.run(*args, program=["strace", "-qq", "-e", "signal=none", "-o", trace], **options)
    return ended, Calls(trace_lines(trace))


def trace_lines(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return [match.group(1) for match in map(CALL.match, file) if match]
    except FileNotFoundError:
        return []
    finally:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass


def strike(place, call, fault, when, *args, paths=(), **options):
    """Runs a command that is killed, or whose call fails, at the `when`-th (or with "+", each from then on)."""
    trace = os.path.join(place.home, "trace")
    inject = "signal=KILL" if fault == "KILL" else f"error={fault}"
    program = ["strace", "-qq", "-o", trace, "-e", f"trace={call}", "-e", "signal=none", "-e",
               f"inject={call}:{inject}:when={when}"]
    for path in paths:
        program += ["-P", path]
    options.setdefault("term_after", TERM_SECONDS if when.endswith("+") else None)
    ended = place.run(*args, program=program, **options)
    if fault == "KILL":
        # Others may kill it too: struck is what died at this very call.
        return ended, ended.status in (-9, 137) and len(trace_lines(trace)) >= int(when)
    try:
        with open(trace, encoding="utf-8", errors="replace") as file:
            return ended, "(INJECTED)" in file.read()
    except FileNotFoundError:
        return ended, False
    finally:
        trace_lines(trace)
