"""The sweep over the system calls of every client command: killed at each, failed at each.

The scene has a completed job (1), one that has failed (2), one that waits (3) and one that will fail (4). A command
that exits 0 has had its effect; one that reads gives what it gives undisturbed, or says that it cannot.
"""

import dataclasses
import os
import re
import shutil

from faults import faults_of
from kinds import KINDS
from oracle import check
from place import Place
from strace import Calls, count_calls, strike, trace_lines
from ticks import spread
from verdict import Verdict

COMPLETED, FAILED, WAITING, FAILING = 1, 2, 3, 4


@dataclasses.dataclass(frozen=True)
class Client:
    """`effect` asks whether the command has done its work; none for those that only read."""

    args: tuple
    effect: object = None
    statuses: tuple = (0,)  # undisturbed
    stdin: bytes = b""
    before: tuple = ()  # undisturbed commands, each a tuple
    after: tuple = ()
    inside: bool = False  # a job runs it
    fresh: bool = False  # there is no database yet
    compared: bool = True


def has(statement, wanted=1):
    """The database answers the question so."""
    return lambda place, out: place.sql(statement) and place.sql(statement)[0][0] == wanted


def added(count):
    """As many ids as jobs were asked for, and each of them is there."""
    def effect(place, out):
        ids = [int(word) for word in out.split() if word.isdigit()]
        return len(ids) == count and all(place.sql("SELECT 1 FROM job WHERE id = ?", job) for job in ids)
    return effect


JOB = ("--name", "plain", "--", "sh", "@PLAIN@")
BATCH = b'{"command": ["sh", "@PLAIN@"], "name": "plain"}\n{"command": ["sh", "@PLAIN@"], "name": "plain"}\n'

CLIENTS = {
    "add": Client(("add", *JOB), added(1)),
    "add-fresh": Client(("add", *JOB), added(1), fresh=True),
    "batch": Client(("add", "--batch"), added(2), stdin=BATCH),
    "cancel": Client(("cancel", WAITING), has("SELECT state FROM job WHERE id = 3", "cancelled")),
    "retry": Client(("retry", FAILED), has("SELECT state FROM job WHERE id = 2", "available")),
    "pause": Client(("pause",), has("SELECT count(*) FROM queue"), after=(("resume",),)),
    "resume": Client(("resume",), has("SELECT count(*) FROM queue", 0), before=(("pause",),), after=(("resume",),)),
    "list": Client(("list", "-a", "--json")),
    "show": Client(("show", "--json", COMPLETED)),
    "log": Client(("log", COMPLETED)),
    "wait": Client(("wait", COMPLETED)),
    "wait-failed": Client(("wait", FAILED), statuses=(1,)),
    "status": Client(("status", "--json"), statuses=(0, 1)),
    "plan": Client(("plan",)),
    "init": Client(("init",), has("SELECT count(*) FROM sqlite_master WHERE name = 'job'"), fresh=True),
    "check": Client(("check",), statuses=(0, 1), compared=False),
    "prune": Client(("prune",)),
    "progress": Client(("progress", "40"), has("SELECT progress FROM job WHERE name = 'inside'", 40.0), inside=True),
    "message": Client(("message", "hello"), has("SELECT count(*) FROM message"), inside=True),
    "note": Client(("note", "key", '{"a": 1}'), has("SELECT count(*) FROM note"), inside=True),
}


class ClientSweep:
    """A point is COMMAND/CALL:FAULT:WHEN."""

    name = "clients"

    def __init__(self, settings):
        self.settings = settings
        self.scene = None
        self.undisturbed = {}

    def close(self):
        if self.scene:
            self.scene.destroy()
        self.scene = None

    def place(self):
        if self.scene is None:
            place = self.scene = Place(self.settings, cgroup=self.settings.cgroup)
            self.plain = place.script_of("plain")
            place.write_script("inside", '. "@LOCKS@/command"\nexit 0\n')
            place.add_jobs(("plain", "fails"))
            place.drain()
            place.add_jobs(("plain", "fails"))
            place.keep()
            self.known = dict(place.kind_of), dict(place.limit_of)
        return self.scene

    def plan(self, total):
        groups = {}
        for name in CLIENTS:
            calls = self.count_calls(name)
            for call, count in calls.items():
                groups[call, name, "KILL"] = [f"{name}/{call}:KILL:{when}" for when in range(1, count + 1)]
                for error, more, strikes in faults_of(call, calls):
                    groups[call, name, error, more] = [f"{name}/{step}" for step in strikes]
        self.close()
        return spread(groups, self.settings.seed)

    # --- one command

    def set_up(self, name):
        """Brings the scene back; returns the place, the arguments and the options of the command."""
        client = CLIENTS[name]
        place = self.place()
        aside = place.state + ".aside"
        if os.path.exists(aside):
            place.kill_all()
            shutil.rmtree(place.state, ignore_errors=True)
            os.rename(aside, place.state)
        place.restore()
        place.kind_of, place.limit_of = map(dict, self.known)
        if client.fresh:
            os.rename(place.state, aside)  # what comes back from a copy would be held
            place.kind_of, place.limit_of = {}, {}
            os.mkdir(place.state, 0o700)
        place.may_be_cancelled = {WAITING} if name == "cancel" else set()
        if name == "retry":
            place.limit_of[FAILED] *= 2
        for args in client.before:
            place.run(*args)
        if client.inside:
            place.know(place.add_batch([{"command": ["sh", place.scripts + "/inside"], "name": "inside"}])[0],
                       "inside", limit=1)
        args = [str(arg).replace("@PLAIN@", self.plain) for arg in client.args]
        options = {}
        if client.stdin:
            path = os.path.join(place.home, "stdin")
            with open(path, "wb") as file:
                file.write(client.stdin.replace(b"@PLAIN@", self.plain.encode()))
            options["stdin"] = open(path, "rb")  # pylint: disable=consider-using-with
        return place, args, options

    def count_calls(self, name):
        client = CLIENTS[name]
        place, args, options = self.set_up(name)
        try:
            if client.inside:
                self.run_inside(place, args, "-e", "signal=none")
                trace = os.path.join(place.locks, "trace")
                return Calls(trace_lines(trace))
            ended, calls = count_calls(place, *args, **options)
            if ended.status not in client.statuses:
                raise RuntimeError(f"{name} fails undisturbed: {ended.status} {ended.err}")
            return calls
        finally:
            close(options)

    def run_inside(self, place, args, *options):
        """A tick runs a job that runs the command under strace; returns the command's exit status."""
        words = ["strace", "-qq", "-o", f"{place.locks}/trace", *options, self.settings.binary, *args]
        with open(place.locks + "/command", "w", encoding="utf-8") as file:
            quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
            file.write(f"{quoted} >{place.locks}/out 2>{place.locks}/err\necho $? >{place.locks}/status\n")
        place.run()
        with open(place.locks + "/status", encoding="utf-8") as file:
            status = int(file.read())
        with open(place.locks + "/err", encoding="utf-8", errors="replace") as file:
            return status, file.read()

    def is_expected(self, name, out):
        """True if a command that only reads has printed what it prints undisturbed, numbers aside.

        That changes while the scene grows older (no tick for three minutes: cron seems to have stopped), so what differs
        is compared with what is printed now.
        """
        client = CLIENTS[name]
        if client.effect is not None or not client.compared or shape(out) == self.undisturbed.get(name):
            return True
        place, args, options = self.set_up(name)
        self.undisturbed[name] = shape(place.run(*args, **options).out)
        close(options)
        return shape(out) == self.undisturbed[name]

    def execute(self, spec):
        name, step = spec.split("/")
        call, fault, when = step.split(":")
        client = CLIENTS[name]
        place, args, options = self.set_up(name)
        jobs_before = 0 if client.fresh else place.sql("SELECT count(*) FROM job")[0][0]
        try:
            if client.inside:
                status, out, err, hit = self.strike_inside(place, args, call, fault, when)
            else:
                ended, hit = strike(place, call, fault, when, *args, **options)
                status, out, err = ended.status, ended.out, ended.err
        finally:
            close(options)
        violations = [(name, text) for text in told_truth(place, client, call, fault, status, out, err)]
        if name in ("add", "batch", "add-fresh"):
            violations += [(name, text) for text in all_or_none(place, jobs_before, 2 if name == "batch" else 1)]
        for args in client.after:
            place.run(*args)
        if client.fresh:
            place.add_jobs(("plain",))
        for job, kind in place.sql("SELECT id, name FROM job"):  # those that the command has made
            if job not in place.kind_of and kind in KINDS:
                place.know(job, kind)
        violations += check(place, place.drain())
        if status in client.statuses and not err and not self.is_expected(name, out):
            violations.append((name, f"{name} exits {status} and prints something else: {out[-200:]!r}"))
        return Verdict(spec, call=call, struck=hit, kinds=(name,), violations=violations)

    def strike_inside(self, place, args, call, fault, when):
        inject = "signal=KILL" if fault == "KILL" else f"error={fault}"
        status, err = self.run_inside(place, args, "-e", f"trace={call}", "-e", "signal=none", "-e",
                                      f"inject={call}:{inject}:when={when}")
        with open(place.locks + "/trace", encoding="utf-8", errors="replace") as file:
            hit = status == 137 if fault == "KILL" else "(INJECTED)" in file.read()
        return status, "", err, hit


def close(options):
    if "stdin" in options:
        options["stdin"].close()


def shape(text):
    """Times and durations differ between two runs: 2 min is followed by 2 min 1 s."""
    return re.sub(r"\d+", "N", re.sub(r"\d+ (min|h|d|s|ms)( \d+ (min|h|s|ms))*", "T", text))


def told_truth(place, client, call, fault, status, out, err):
    """What the command's exit status and output promise."""
    if status is None:
        return [f"{client.args[0]} does not end"]
    if status in (-4, -6, -7, -8, -11, 132, 134, 135, 136, 139):
        return [f"{client.args[0]} crashed: {status} {err[-200:]!r}"]
    if status == 0 and client.effect is not None and not client.effect(place, out):
        return [f"{client.args[0]} exits 0 and has not done it: {out[-100:]!r} {err[-200:]!r}"]
    # Killed, told to end because it took long, or unable to write anything.
    excused = fault == "KILL" or status in (-15, 143) or call in ("write", "writev")
    if status not in client.statuses and not err + out and not excused:
        return [f"{client.args[0]} fails without a word: status {status}"]
    return []


def all_or_none(place, before, count):
    """Jobs are created all or not at all, and what is there is valid."""
    tables = place.sql("SELECT count(*) FROM sqlite_master WHERE name = 'job'")[0][0]
    new = place.sql("SELECT count(*) FROM job")[0][0] - before if tables else 0
    return [] if new in (0, count) else [f"{new} jobs of {count} were created"]
