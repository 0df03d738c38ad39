"""Ticks and clients under strace, which strikes at one system call of theirs, and at nothing of the jobs'."""

import collections
import os
import re

from faults import NOT_SWEPT

CALL = re.compile(r"^(\w+)\(")

# One that fails again and again has had its chance; it must heed SIGTERM then.
TERM_SECONDS = 2


def count_calls(place, *args, **options):
    """How often an undisturbed command makes each call."""
    trace = os.path.join(place.home, "trace")
    ended = place.run(*args, program=["strace", "-qq", "-e", "signal=none", "-o", trace], **options)
    counts = collections.Counter()
    for line in trace_lines(trace):
        counts[line] += 1
    for call in NOT_SWEPT:
        counts.pop(call, None)
    return ended, counts


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
