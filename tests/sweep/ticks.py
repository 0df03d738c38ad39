"""The sweeps over a tick's system calls: kill, fail, recovery, pairs.

A point is LOAD/STRIKE or LOAD/STRIKE/STRIKE; each STRIKE is CALL:FAULT:WHEN and hits one tick after the other. Then
undisturbed ticks run until nothing waits, and the oracle is asked.
"""

import itertools
import random
import time

from faults import ERRORS, faults_of
from kinds import LOADS
from oracle import check
from place import Place
from strace import count_calls, strike
from verdict import Verdict

# Calls that block until something happens: killed there, a tick dies while its jobs run.
WAITING = ("ppoll", "poll", "epoll_wait", "epoll_pwait", "pselect6", "select")


def spread(groups, seed):
    """All points of all groups, in a seeded order, so that any beginning of the list covers as much as it can.

    A group's key begins with its call: each call comes once, then each again from another group, and so on.
    """
    chance = random.Random(seed)
    by_call = {}
    for key, points in sorted(groups.items()):
        by_call.setdefault(key[0], []).append(chance.sample(points, len(points)))
    for lists in by_call.values():
        chance.shuffle(lists)
    calls = [take_turns(lists) for lists in by_call.values()]
    chance.shuffle(calls)
    return take_turns(calls)


def take_turns(lists):
    """The first of each list, then the second of each, and so on."""
    return [point for turn in itertools.zip_longest(*lists) for point in turn if point is not None]


class TickSweep:
    """What the sweeps over ticks share; each plans its own points."""

    name = ""
    loads = tuple(LOADS)
    strikes_each_call = True  # a call that no point has struck fails the sweep
    smoke = False

    def __init__(self, settings):
        self.settings = settings
        self.places = {}

    def place_of(self, name):
        """A place whose jobs wait for the first tick."""
        if name not in self.places:
            load = LOADS[name]
            place = self.places[name] = Place(self.settings, user=load.user, concurrency=load.concurrency,
                                              cgroup=self.settings.cgroup)
            place.add_jobs(load.kinds)
            place.keep()
        return self.places[name]

    def close(self):
        for place in self.places.values():
            place.destroy()
        self.places = {}

    def plan(self, total):
        """The points; calls are counted in one undisturbed tick of each load, which must pass itself."""
        groups = {}
        known = self.settings.undisturbed
        for name in self.loads:
            if name not in known:
                known[name] = self.count_undisturbed(name, total)
            if known[name]:
                self.plan_load(name, self.place_of(name), known[name], groups)
        self.close()
        return spread(groups, self.settings.seed)

    def count_undisturbed(self, name, total):
        """How often the tick makes each call; none if the load hangs without any strike: it would only take time."""
        place = self.place_of(name)
        place.restore()
        ended = place.drain(seconds=10)
        total.take(Verdict(name, kinds=tuple(place.kind_of.values()), violations=check(place, ended)))
        if any(tick.status is None for tick in ended):
            return {}
        place.restore()
        return count_calls(place)[1]

    def plan_load(self, name, place, calls, groups):
        raise NotImplementedError

    def execute(self, spec):
        name, *strikes = spec.split("/")
        place = self.place_of(name)
        place.restore()
        violations = []
        hit = True
        call = ""
        for step in strikes:
            call, fault, when = step.split(":")
            begun = time.time()
            ended, struck = strike(place, call, fault, when)
            hit = hit and struck
            violations += told_truth(place, ended, call, fault, begun, struck)
        ticks = place.drain()
        kinds = tuple(sorted(set(place.kind_of.values())))
        violations += check(place, ticks)
        return Verdict(spec, call=call, struck=hit, kinds=kinds,
                       violations=sorted(set(violations)))


def told_truth(place, ended, call, fault, begun, struck):
    """A tick whose call has failed either does its work, or says that it cannot."""
    if ended.status is None:
        return [("any", f"I4 the struck tick does not end, not even told by SIGTERM: {ended.err[-200:]!r}")]
    if fault == "KILL" or not struck:
        return []
    if ended.status == 0 and not ended.err:
        return [(place.kind_of[job], f"I4 a tick said nothing, exited 0 and left job {job} that was due")
                for job in place.left_due(begun) if job in place.kind_of]
    crashed = ended.status in (-4, -6, -7, -8, -11, 132, 134, 135, 136, 139)
    if crashed:
        return [("any", f"I4 the tick crashed: {ended.status} {ended.err[-200:]!r}")]
    if ended.status > 0 and ended.status < 128 and not ended.err and call not in ("write", "writev"):
        return [("any", f"I4 the tick failed without a word: {ended.status}")]
    return []


class KillSweep(TickSweep):
    name = "kill"

    def plan_load(self, name, place, calls, groups):
        for call, count in calls.items():
            groups[call, name] = [f"{name}/{call}:KILL:{when}" for when in range(1, count + 1)]


class KillGroupSweep(KillSweep):
    """The same where each run lives in a cgroup of its own: then what drops everything is found as well."""

    name = "kill-cgroup"
    loads = ("leaving", "captured", "daemon")


class FailSweep(TickSweep):
    name = "fail"

    def plan_load(self, name, place, calls, groups):
        for call in calls:
            for error, more, strikes in faults_of(call, calls):
                groups[call, name, error, more] = [f"{name}/{step}" for step in strikes]


class RecoverySweep(TickSweep):
    """The tick is killed where it tells most; then the next tick is killed, or a call of it fails, everywhere."""

    name = "recovery"
    loads = ("plain", "leaving", "captured", "vandal", "daemon", "hidden", "guest")

    def plan_load(self, name, place, calls, groups):
        kills = first_kills(calls)
        if self.smoke:
            kills = random.Random(f"{self.settings.seed} {name}").sample(kills, min(2, len(kills)))
        for first in kills:
            place.restore()
            strike(place, *first.split(":"))
            _, after = count_calls(place)
            for call, count in after.items():
                for fault in ("KILL", *ERRORS.get(call, ())):
                    begin = 1 if fault == "KILL" else after.by_loader[call] + 1
                    groups[call, name, first, fault] = [f"{name}/{first}/{call}:{fault}:{when}"
                                                        for when in range(begin, count + 1)]


def first_kills(calls):
    """Before the first start, after it, while jobs run, and while results are recorded."""
    kills = [f"{call}:KILL:{when}" for call in ("clone", "clone3", "vfork") for when in (1, 2) if calls[call] >= when]
    kills += [f"{call}:KILL:{when}" for call in WAITING if calls[call] for when in {1, 2, (calls[call] + 1) // 2}]
    for call in ("fdatasync", "pwrite64", "unlinkat", "ftruncate"):
        if calls[call]:
            kills.append(f"{call}:KILL:{max(1, calls[call] - 1)}")
    return sorted(kills)


class PairSweep(TickSweep):
    """Kills of one tick and of the next, anywhere: a seeded choice, for all pairs would be millions.

    A second tick makes some calls only after some ends of the first: that each call can be struck is for kill to show.
    """

    name = "pairs"
    strikes_each_call = False
    loads = ("plain", "leaving", "captured", "hidden")
    most = 2000

    def plan_load(self, name, place, calls, groups):
        chance = random.Random(f"{self.settings.seed} {name}")
        anywhere = [f"{call}:KILL:{when}" for call, count in sorted(calls.items()) for when in range(1, count + 1)]
        groups[name,] = [f"{name}/{chance.choice(anywhere)}/{chance.choice(anywhere)}"
                        for _ in range(self.most // len(self.loads))]

