"""The targeted cases: each known way round the delivery promises, many times over.

Their figures are counted, so that a change shows even where nothing is violated any more.
"""

import contextlib
import os
import select
import signal
import time

from kinds import DROP_ALL, HIDDEN_DAEMON
from oracle import Ledger, check, survivors
from place import LIFE, Place
from processes import wait_gone
from strace import strike
from verdict import Verdict

# Of a process that a killed tick leaves: longer than the next ticks take, short enough to be waited for.
TRIAL_LIFE = "3"


class Case:
    """A case runs its trials one by one, each in a place of its own."""

    name = ""
    usual_trials = 200
    smoke_trials = 8
    trials = None
    smoke = False

    def __init__(self, settings):
        self.settings = settings

    def close(self):
        pass

    def count(self):
        return self.trials or (self.smoke_trials if self.smoke else self.usual_trials)

    def plan(self, total):
        return [f"{variant}{number}" for number in range(1, self.count() + 1) for variant in self.variants()]

    def variants(self):
        return [""]

    @contextlib.contextmanager
    def place(self, **options):
        place = Place(self.settings, cgroup=self.settings.cgroup, **options)
        try:
            yield place
        finally:
            place.destroy()

    def execute(self, spec):
        raise NotImplementedError


class Leftovers(Case):
    """Defect 1: processes that a job leaves in a session of their own, without any fault.

    SLOTS:retried:N is 40 jobs with three retries, SLOTS:single:N 450 jobs without any.
    """

    name = "leftovers"
    usual_trials = 20
    smoke_trials = 1
    script = "setsid sh -c 'sleep @LIFE@; :' >/dev/null 2>&1 &\nsleep 0.02\nexit 1\n"

    def variants(self):
        return ["4:retried:", "16:retried:", "4:single:", "16:single:"]

    def execute(self, spec):
        slots, variant, _ = spec.split(":")
        retries, jobs = (3, 40) if variant == "retried" else (0, 45 if self.smoke else 450)
        with self.place(concurrency=int(slots)) as place:
            path = place.write_script("leaver", self.script, LIFE)
            for job in place.add_commands([["sh", path]] * jobs, retries=retries):
                place.know(job, "leaver", limit=retries + 1)
            ended = place.drain(seconds=60, most=40)
            alive = survivors(place)
            ledger = Ledger(place.ledger)
            return Verdict(spec, kinds=("leaver",), violations=check(place, ended), counts={
                f"{slots} slots: retries": len(ledger.starts) - jobs,
                f"{slots} slots: overlaps": len(ledger.overlaps),
                f"{slots} slots: leftovers": len(ledger.starts), f"{slots} slots: survivors": len(alive)})


class Passing(Case):
    """Defect 2: one passing error on one path, taken for an answer. USER:PATH:CALL:ERROR:WHEN."""

    name = "passing"
    faults = {"openat": ("EMFILE", "ENFILE", "EIO", "ENOMEM"), "newfstatat": ("EIO", "ENOMEM"),
              "readlink": ("ENOMEM", "EIO"), "fcntl": ("ENOLCK", "EINTR")}

    # On these paths a tick makes these calls, and no others.
    calls = {"/etc/group": ("openat",), "/etc/passwd": ("openat",), "CONFIG": ("openat", "newfstatat"),
             "DATABASE": ("openat", "newfstatat", "fcntl"), "LOCK": ("openat", "newfstatat", "fcntl"),
             "STATE": ("openat", "newfstatat"), "ANY": tuple(faults)}

    def plan(self, total):
        plan = [f"{user}:{path}:{call}:{error}:{when}" for when in range(1, 4) for user in ("", "nobody")
                for path, calls in self.calls.items() for call in calls for error in self.faults[call]]
        return plan[::6] if self.smoke else plan

    def execute(self, spec):
        user, path, call, error, when = spec.split(":")
        with self.place(user=user) as place:
            place.add_jobs(("plain", "fails", "plain"))
            paths = {"DATABASE": place.database, "LOCK": place.state + "/private/run.lock", "STATE": place.state,
                     "CONFIG": place.config}
            struck, hit = strike(place, call, error, when, paths=() if path == "ANY" else (paths.get(path, path),))
            ended = place.drain()
            verdict = Verdict(spec, call=call, struck=hit, kinds=tuple(sorted(set(place.kind_of.values()))),
                              violations=check(place, ended))
            if hit and struck.status == 0 and not struck.err and place.left_due(0):
                verdict.violations.append(("any", "I4 a tick said nothing, exited 0 and left jobs that were due"))
            return verdict


class Unrecorded(Case):
    """Defect 3: a job that removes its output file and kills its tick; it may be executed once, and is lost."""

    name = "unrecorded"

    def execute(self, spec):
        with self.place() as place:
            job, = place.add_jobs(("vandal",))
            violations = check(place, place.drain(most=6))
            executed = len(Ledger(place.ledger).starts)
            outcomes = [row[0] for row in place.sql("SELECT outcome FROM run")]
            if outcomes != ["lost"]:
                violations.append(("vandal", f"I3 job {job} should have one run, lost: {outcomes}"))
            return Verdict(spec, kinds=("vandal",), violations=violations,
                           counts={"executions": executed, "recorded lost": outcomes == ["lost"]})


class KilledTick(Case):
    """What the three cases of a tick killed at once after the start share: the second attempt must not overlap."""

    kind = ""
    user = ""
    # Says so once it has dropped what it drops; the job itself then waits to be killed with its tick.
    script = ""

    def execute(self, spec):
        with self.place(user=self.user) as place:
            started = os.path.join(place.locks, "started")
            os.mkfifo(started)
            place.give(started)
            fifo = os.open(started, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                text = f'[ "$ESCHER_ATTEMPT" = 1 ] || exit 0\n{self.script}wait\nsleep @LIFE@\n'
                path = place.write_script(self.kind, text.replace("@STARTED@", started), TRIAL_LIFE)
                job, = place.add_commands([["sh", path]], retries=1)
                place.know(job, self.kind, limit=2)
                tick = place.start()
                ready = bool(select.select([fifo], [], [], 20)[0])
                tick.send_signal(signal.SIGKILL)
                place.finish(tick)
            finally:
                os.close(fifo)
            ended = place.drain()
            ledger = Ledger(place.ledger)
            return Verdict(spec, struck=ready, kinds=(self.kind,), violations=check(place, ended), counts={
                "trials": 1, "overlaps": len(ledger.overlaps), "retries": len(ledger.starts) - 1})


class Blind(KilledTick):
    """Defect 4: in the job's session, without environment and output, before its pid is on record."""

    name = "blind"
    kind = "redirected"
    script = """env -i sleep @LIFE@ >/dev/null 2>&1 &
comm=
until [ "$comm" = sleep ]; do read -r comm </proc/$!/comm; done
echo ready >@STARTED@
"""


class Hidden(KilledTick):
    """Defect 5: a process that an unprivileged tick cannot look into, in its own session."""

    name = "hidden"
    kind = "hidden"
    user = "nobody"
    script = HIDDEN_DAEMON + "\necho ready >@STARTED@\n"


class Daemon(KilledTick):
    """Defect 7: what cannot be proved without a cgroup: own session, no environment, no inherited output."""

    name = "daemon"
    kind = "daemon"
    script = "setsid env -i sh -c 'echo ready >@STARTED@; sleep @LIFE@; :' >/dev/null 2>&1 </dev/null &\n"


class DaemonGroup(Daemon):
    """The same with a cgroup, where it must die with its run; and without any fault too."""

    name = "daemon-cgroup"

    def variants(self):
        return ["killed:", "undisturbed:"]

    def execute(self, spec):
        if not spec.startswith("undisturbed"):
            return super().execute(spec)
        with self.place() as place:
            path = place.write_script("daemon", DROP_ALL + "exit 0\n")
            job, = place.add_commands([["sh", path]], retries=0)
            place.know(job, "daemon", limit=1)
            ended = place.drain()
            return Verdict(spec, kinds=("daemon",), violations=check(place, ended),
                           counts={"daemons": 1, "survivors": len(survivors(place, 0.5))})


class Nested(Case):
    """Defect 6: a job that runs a tick itself, with one slot; alone, and with another job behind it."""

    name = "nested"
    usual_trials = 5
    smoke_trials = 1
    seconds = 2
    patience = 12

    def variants(self):
        return ["alone:", "behind:"]

    def execute(self, spec):
        with self.place(concurrency=1) as place:
            place.add_jobs(("nested", "plain") if spec.startswith("behind") else ("nested",))
            begun = time.monotonic()
            tick = place.finish(place.start(), self.patience)
            wait_gone(place.ticks(), self.patience)
            took = time.monotonic() - begun
            violations = []
            if took > self.seconds or tick.status is None:
                violations.append(("nested", f"a job that runs a tick takes {took:.1f} s"))
                place.kill_all()
            ended = place.drain()
            if not violations:
                violations = check(place, ended)
            return Verdict(spec, kinds=("nested",), violations=violations,
                           counts={f"{spec.split(':')[0]}: completed in time": not violations,
                                   f"{spec.split(':')[0]}: trials": 1})
