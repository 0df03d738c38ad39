"""What has to hold after every point. The witnesses are the ledger and the kernel's locks; the database is the accused.

I1 no two process trees of one job at once     I2 attempts at most the limit       I3 every execution has its run row
I4 every accepted job ends or waits visibly    I5 the database is sound            I7 nothing is left behind
"""

import collections
import fcntl
import json
import os
import signal
import time

from processes import describe, link_of, processes_of

# A killed process lets go of its lock within this, or it was not killed.
DYING_SECONDS = 1


class Ledger:
    """What the jobs have told."""

    def __init__(self, path):
        self.starts = []  # (job, run, attempt)
        self.overlaps = []  # (job, run, attempt)
        self.leaks = []  # (job, text)
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                word, *rest = line.split()
                if word == "start":
                    self.starts.append(tuple(map(int, rest[:3])))
                elif word == "overlap":
                    self.overlaps.append(tuple(map(int, rest[:3])))
                else:
                    self.leaks.append((int(rest[0]), " ".join(rest)))


class Findings:
    """Violations, each put down to the kind of job that it befell."""

    def __init__(self, place):
        self.place = place
        self.violations = []

    def add(self, job, text):
        self.violations.append((self.place.kind_of.get(job, "any"), text))

    def each_once(self):
        """One line for each kind of job and invariant; the others of the same are counted."""
        first = {}
        for kind, text in self.violations:
            first.setdefault((kind, text.split()[0]), []).append(text)
        return [(kind, texts[0] + (f" (and {len(texts) - 1} more)" if texts[1:] else ""))
                for (kind, _), texts in first.items()]


def survivors(place, seconds=DYING_SECONDS):
    """Jobs whose lock is still held, with no tick alive. Nobody but a process of the job's tree holds it."""
    held = [name for name in os.listdir(place.locks) if name.isdigit() and not lock_within(place, name, 0)]
    end = time.monotonic() + seconds
    return [int(name) for name in held if not lock_within(place, name, end - time.monotonic())]


class LockTimeout(Exception):
    """The lock was not to be had in time."""


def lock_within(place, name, seconds):
    """Blocks for a job's lock, at most this long; false if it is not to be had."""
    def give_up(*_):
        raise LockTimeout

    fd = os.open(os.path.join(place.locks, name), os.O_RDWR | os.O_CLOEXEC)
    before = signal.signal(signal.SIGALRM, give_up)
    try:
        if seconds > 0:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        fcntl.flock(fd, fcntl.LOCK_EX | (fcntl.LOCK_NB if seconds <= 0 else 0))
        return True
    except (LockTimeout, BlockingIOError):
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        os.close(fd)


def check(place, ticks):
    """The verdict on a place in which no tick runs any more; `ticks` are the undisturbed ones that ran last."""
    findings = Findings(place)
    check_ticks(place, ticks, findings)
    ledger = Ledger(place.ledger)
    jobs = {row[0]: row[1:] for row in
            place.sql("SELECT id, state, attempts, reason, cancel_requested_at FROM job")}
    runs = place.sql("SELECT id, job, outcome, coalesce(by_shutdown, 0), output_file FROM run")
    check_executions(place, ledger, jobs, runs, findings)
    check_jobs(place, jobs, runs, ticks, findings)
    verdict = place.sql("PRAGMA integrity_check")
    if verdict != [("ok",)]:
        findings.add(0, f"I5 integrity_check: {verdict[:3]}")
    check_remains(place, jobs, runs, findings)
    return findings.each_once()


def check_ticks(place, ticks, findings):
    living = place.ticks()
    if living:
        findings.add(0, f"I4 ticks do not end: {', '.join(map(describe, living))}")
    for ended in ticks:
        if ended.status is None:
            findings.add(0, f"I4 an undisturbed tick does not end: {ended.err[-200:]!r}")
        elif ended.status < 0 or ended.status > 128:
            # A vandal kills its own tick.
            if "vandal" not in place.kind_of.values():
                findings.add(0, f"I4 an undisturbed tick died: status {ended.status}")
        for job in getattr(ended, "left", ()):
            findings.add(job, f"I4 a tick said nothing, exited 0 and left job {job} that was due")


def check_executions(place, ledger, jobs, runs, findings):
    for job, run, attempt in ledger.overlaps:
        findings.add(job, f"I1 overlap: attempt {attempt} (run {run}) of job {job} beside an earlier one")
    for job, text in ledger.leaks:
        findings.add(job, f"I7 a descriptor of the tick in a job: {text}")
    by_run = {row[0]: row for row in runs}
    executed = collections.Counter(job for job, _, _ in ledger.starts)
    free = collections.Counter(job for _, job, _, by_shutdown, _ in runs if by_shutdown)
    rows = collections.Counter(job for _, job, _, by_shutdown, _ in runs if not by_shutdown)
    for job, limit in place.limit_of.items():
        if executed[job] > limit + free[job]:
            findings.add(job, f"I2 job {job} was executed {executed[job]} times, limit {limit}")
        if rows[job] > limit or jobs.get(job, ("", 0))[1] > limit:
            findings.add(job, f"I2 job {job} has {rows[job]} runs, attempts {jobs[job][1]}, limit {limit}")
    for (job, run), times in collections.Counter((job, run) for job, run, _ in ledger.starts).items():
        if run not in by_run or by_run[run][1] != job:
            findings.add(job, f"I3 run {run} of job {job} was executed and has no row")
        if times > 1:
            findings.add(job, f"I3 run {run} of job {job} was executed {times} times")


def check_jobs(place, jobs, runs, ticks, findings):
    for job in place.kind_of:
        if job not in jobs:
            findings.add(job, f"I4 job {job} is lost")
            continue
        state, attempts, reason, cancelled = jobs[job]
        told = [outcome for _, of, outcome, _, _ in runs if of == job]
        if state == "invalid":
            findings.add(job, f"I4 job {job} is valid and was made invalid: {(reason or '')[:160]}")
        elif state == "cancelled" and not cancelled and job not in place.may_be_cancelled:
            findings.add(job, f"I4 job {job} is cancelled, nobody asked for it")
        elif state not in ("completed", "failed", "cancelled") and not waits_visibly(place, job):
            last = ticks[-1] if ticks else None
            findings.add(job, f"I4 job {job} is {state} for no reason after {attempts} attempts {told}, "
                              f"{len(ticks)} ticks, the last: {last and (last.status, last.err[-160:])}")
        elif state == "failed" and place.kind_of[job] in ("plain", "loud", "nested", "inside") and \
                not {"lost", "not_started"} & set(told):
            findings.add(job, f"I4 job {job} failed for no reason: {told}")


def waits_visibly(place, job):
    """True if `show` gives a reason."""
    shown = place.run("show", "--json", job)
    try:
        return bool(json.loads(shown.out).get("reason"))
    except ValueError:
        return False


def check_remains(place, jobs, runs, findings):
    for job in survivors(place):
        if jobs.get(job, ("",))[0] in ("completed", "failed", "cancelled"):
            lock = os.path.join(place.locks, str(job))
            who = [describe(pid) for pid in processes_of(place.root) if link_of(pid, "fd/9") == lock]
            findings.add(job, f"I7 job {job} has ended and its processes live: {', '.join(who)}")
    known = {row[4] for row in runs}
    output = os.path.join(place.state, "private", "output")
    for name in sorted(set(os.listdir(output)) - known) if os.path.isdir(output) else ():
        findings.add(0, f"I7 output file {name} is left and has no run")
    usual = {"escher-cron.db", "escher-cron.db-wal", "escher-cron.db-shm", "wake", "private"}
    for name in sorted(set(os.listdir(place.state)) - usual):
        findings.add(0, f"I7 file {name} is left in the state directory")
    private = os.path.join(place.state, "private")
    for name in sorted(set(os.listdir(private)) - {"run.lock", "output"}) if os.path.isdir(private) else ():
        findings.add(0, f"I7 file {name} is left in the private directory")
    if place.cgroup is not None:
        for name in place.cgroup.left_behind():
            findings.add(0, f"I7 cgroup {name} is left")
