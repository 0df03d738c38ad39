"""The soak: ticks, clients, readers and signals in a seeded disorder; then the oracle is asked.

A point is an episode, named by its seed: the same seed makes the same choices. What the kernel makes of their timing is
its own, so an episode that has failed is run again several times to see it fail again.
"""

import contextlib
import glob
import os
import random
import select
import signal
import sqlite3
import time

from kinds import KINDS
from oracle import check
from place import Place
from processes import signal_quietly, wait_gone
from verdict import Verdict

ACTIONS = 60
MOST_TICKS = 3
LONGEST_PAUSE = 0.06
# Far enough for backoffs and schedules, not as far as retention: a job that was pruned would look lost.
CLOCK_STEPS = (-7200, -60, -1, 0, 0, 0, 1, 60, 7200)
KINDS_HERE = ("plain", "fails", "signalled", "loud", "slow", "leaver", "redirected", "python", "php",
              "vandal", "daemon")


class Soak:
    """Without faketime the clock stands still, which is said in the figures."""

    name = "soak"
    usual_episodes = 100

    def __init__(self, settings):
        self.settings = settings
        self.trials = None
        self.smoke = False

    def close(self):
        pass

    def plan(self, total):
        return [str(self.settings.seed * 1000 + number) for number in range(self.trials or self.usual_episodes)]

    def execute(self, spec):
        with contextlib.closing(Episode(self.settings, int(spec))) as episode:
            return episode.run(spec)


class Episode:
    def __init__(self, settings, seed):
        self.chance = random.Random(seed)
        # The last user has processes that root's tick could look into; an unprivileged one cannot.
        self.user = self.chance.choice(("", "", "nobody"))
        self.place = Place(settings, user=self.user, concurrency=self.chance.choice((1, 2, 4)), cgroup=settings.cgroup)
        self.place.make_directory("clock", 0o755)
        self.clock = os.path.join(self.place.root, "clock", "now")
        self.library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
        self.ticks = []
        self.readers = []
        self.counts = {"clock steps": 0, "kills": 0, "stops": 0, "readers": 0, "ticks": 0, "jobs": 0, "refused": 0}
        self.set_clock(0)

    def close(self):
        for reader in self.readers:
            reader.close()
        self.place.destroy()
        # A tick that was killed leaves the shared memory of its false clock behind.
        for pid in self.place.pids:
            if not os.path.exists(f"/proc/{pid}"):
                for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(f"/dev/shm/{name}")

    def run(self, spec):
        self.add()
        for _ in range(ACTIONS):
            action = self.chance.choices(
                (self.tick, self.add, self.kill, self.stop, self.go_on, self.terminate, self.step_clock, self.read,
                 self.stop_reading, self.client), (20, 12, 10, 6, 8, 3, 4, 4, 4, 8))[0]
            action()
            self.pause()
        violations = self.settle()
        kinds = tuple(sorted(set(self.place.kind_of.values())))
        return Verdict(spec, kinds=kinds, violations=violations, counts=self.counts)

    # --- what may happen

    def tick(self):
        self.ticks = [tick for tick in self.ticks if tick.poll() is None]
        if len(self.ticks) >= MOST_TICKS:
            return
        self.counts["ticks"] += 1
        self.ticks.append(self.place.start(program=self.faketime(), quiet=True))

    def add(self):
        names = [self.chance.choice((*KINDS_HERE, "hidden") if self.user else KINDS_HERE)
                 for _ in range(self.chance.randint(1, 4))]
        try:
            self.place.add_jobs(names)
            self.counts["jobs"] += len(names)
        except RuntimeError:  # a stopped tick may hold the database: nothing was acknowledged
            self.counts["refused"] += 1

    def strike(self, number, name=None):
        """At a tick that lives; one is started for it and gets a moment if need be, or few strikes would hit."""
        living = [tick for tick in self.ticks if tick.poll() is None]
        if not living:
            self.tick()
            self.pause()
            living = [tick for tick in self.ticks if tick.poll() is None]
        if living:
            signal_quietly(self.chance.choice(living).pid, number)
            if name:
                self.counts[name] += 1

    def kill(self):
        self.strike(signal.SIGKILL, "kills")

    def stop(self):
        self.strike(signal.SIGSTOP, "stops")

    def go_on(self):
        for pid in {*self.place.ticks(), *(tick.pid for tick in self.ticks if tick.poll() is None)}:
            signal_quietly(pid, signal.SIGCONT)

    def terminate(self):
        self.strike(signal.SIGTERM)

    def step_clock(self):
        self.set_clock(self.chance.choice(CLOCK_STEPS))
        self.counts["clock steps"] += bool(self.library)

    def read(self):
        """A reader that holds its transaction, as a backup or a forgotten cursor does."""
        if len(self.readers) >= 2:
            return
        reader = sqlite3.connect(self.place.database, timeout=5, isolation_level=None)
        self.readers.append(reader)
        with contextlib.suppress(sqlite3.OperationalError):
            reader.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
            reader.execute("BEGIN").fetchall()
            reader.execute("SELECT count(*) FROM job").fetchall()
            self.counts["readers"] += 1

    def stop_reading(self):
        if self.readers:
            self.readers.pop().close()

    def client(self):
        """Several at once, so that they meet."""
        job = self.chance.choice(sorted(self.place.kind_of) or [1])
        known = (("list", "-a"), ("status",), ("show", job), ("plan",), ("pause",), ("resume",), ("cancel", job),
                 ("prune",), ("check",))
        chosen = [self.chance.choice(known) for _ in range(3)]
        for args in chosen:
            if args[0] == "cancel":
                self.place.may_be_cancelled.add(job)
        for child in [self.place.start(*args) for args in chosen]:
            self.place.finish(child)

    # --- time

    def faketime(self):
        """What the tick is started by. Not its environment: setpriv would make shared memory of the wrong user's."""
        if not self.library:
            return []
        return ["env", f"LD_PRELOAD={self.library}", f"FAKETIME_TIMESTAMP_FILE={self.clock}", "FAKETIME_NO_CACHE=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1"]

    def set_clock(self, seconds):
        """Of all ticks that live, at once."""
        with open(self.clock + ".new", "w", encoding="utf-8") as file:
            file.write(f"{seconds:+d}s\n")
        os.chmod(self.clock + ".new", 0o644)
        os.rename(self.clock + ".new", self.clock)

    def pause(self):
        """The disorder needs time to happen in: until a tick ends, or a little while has passed."""
        handles = []
        try:
            for tick in self.ticks:
                with contextlib.suppress(ProcessLookupError):
                    if tick.poll() is None:
                        handles.append(os.pidfd_open(tick.pid))
            select.select(handles, [], [], self.chance.uniform(0, LONGEST_PAUSE))
        finally:
            for handle in handles:
                os.close(handle)

    # --- the end

    def settle(self):
        """All go on and see their jobs home; then undisturbed ticks, late enough for whatever the clock has put off."""
        self.go_on()
        for reader in self.readers:
            reader.close()
        self.readers = []
        self.place.run("resume")
        self.set_clock(3 * 3600 if self.library else 0)
        end = time.monotonic() + 40
        wait_gone(self.place.ticks(), 40)
        for tick in self.ticks:
            self.place.finish(tick, max(0.1, end - time.monotonic()))
        ended = self.place.drain(seconds=30, most=40, program=self.faketime())
        assert set(self.place.kind_of.values()) <= set(KINDS)
        return check(self.place, ended)
