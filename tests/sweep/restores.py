"""A database that is restored, copied or cloned: whatever ran is in the ledger, and nothing may run again unasked."""

import os
import random
import shutil
import subprocess

from cases import Case
from verdict import Verdict

TICK = (["--once"], [], ["--detached"])


def line(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split()


class Restores(Case):
    """The number of a trial is its seed: which jobs, when the backup is taken, what runs since, and how it comes back."""

    name = "restores"
    usual_trials = 200
    smoke_trials = 12

    def execute(self, spec):
        dice = random.Random(int(spec))
        kind = KINDS[int(spec) % len(KINDS)]
        with self.place() as place:
            return Trial(place, dice, kind, spec).execute()


class Trial:
    def __init__(self, place, dice, kind, spec):
        self.place = place
        self.dice = dice
        self.kind = kind
        self.spec = spec
        self.book = os.path.join(place.root, "book")
        self.names = 0
        self.kept = os.path.join(place.root, "kept")
        self.environment = {}
        self.program = None
        with open(self.book, "w", encoding="utf-8"):
            pass

    # --- what a trial is made of

    def add(self, count):
        jobs = []
        for number in range(count):
            self.names += 1
            jobs.append({"command": ["sh", "-c", f"echo {self.names} >> {self.book}; exit {self.dice.choice([0, 0, 0, 1])}"],
                         "retries": 0})
            if number > 0 and self.dice.random() < 0.2:
                jobs[-1]["in"] = "1s"
        return self.place.add_batch(jobs)

    def tick(self, **options):
        return self.place.run(*self.dice.choice(TICK), **options)

    def shell(self, command):
        subprocess.run(["sqlite3", "-cmd", ".timeout 10000", self.place.database, command], check=True,
                       stdout=subprocess.DEVNULL)

    def history(self):
        """Some jobs run, some wait when the backup is taken, and some of those run since."""
        self.place.run("init")
        if self.dice.random() < 0.9:
            self.add(self.dice.randint(1, 5))
            self.place.run("--once")
        if self.dice.random() < 0.3:
            self.place.run("prune")
        self.add(self.dice.randint(1, 5))

    def since(self):
        """What runs after the backup: without it nothing is to be held back."""
        if self.dice.random() < 0.5:
            self.add(self.dice.randint(1, 3))
        self.place.run("--once")

    def forget_log(self):
        for suffix in ("-wal", "-shm"):
            if os.path.exists(self.place.database + suffix):
                os.unlink(self.place.database + suffix)

    def copied(self, path):
        """From here on commands are given to the copy of the state directory at `path`."""
        with open(self.place.config, encoding="utf-8") as file:
            text = file.read().replace(self.place.state, path)
        config = os.path.join(self.place.root, "copy.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        self.environment = {"ESCHER_CRON_CONFIG": config}

    def elsewhere(self, state):
        """What runs the binary on another machine, as far as one boot id and one directory go."""
        boot = os.path.join(self.place.root, "boot_id")
        with open(boot, "w", encoding="utf-8") as file:
            file.write("11111111-2222-4333-8444-555555555555\n")
        return ["unshare", "--mount", "sh", "-c",
                f'mount --bind {boot} /proc/sys/kernel/random/boot_id && mount --bind {state} {self.place.state} && '
                'exec "$@"', "sh"]

    # --- the judgement

    def execute(self):
        violations = []

        def expect(holds, text):
            if not holds:
                violations.append((self.kind.__name__, text))

        self.history()
        held = self.kind(self)
        before = line(self.book)
        ticks = [self.run_tick() for _ in range(3)]
        again = line(self.book)[len(before):]
        repeated = len(line(self.book)) - len(set(line(self.book)))
        expect(repeated == 0, f"{repeated} jobs ran again: {line(self.book)}")
        if held:
            expect(not again, f"jobs {again} ran unasked")
            expect(all(tick.status == 78 for tick in ticks), f"ticks did not hold: {[tick.status for tick in ticks]}")
            told = self.place.run("status", env=self.environment, program=self.program)
            expect("HELD" in told.out, "status does not say HELD")
            self.decide(expect)
        else:
            expect(all(tick.status in (0, 1) for tick in ticks), f"a false alarm: {ticks[0].err}")
            expect(again, "nothing ran")
        return Verdict(self.spec, kinds=(self.kind.__name__,), violations=violations,
                       counts={f"{self.kind.__name__}: trials": 1, f"{self.kind.__name__}: jobs run again": repeated})

    def run_tick(self):
        return self.tick(env=self.environment, program=self.program)

    def decide(self, expect):
        """The jobs that may have run are cancelled; what is created then runs, once."""
        ended = self.place.run("accept", "--cancel", env=self.environment, program=self.program)
        expect(ended.status == 0, f"accept: {ended.err}")
        before = line(self.book)
        if not self.environment and self.program is None:
            self.add(1)
            self.place.run("--once")
            expect(line(self.book)[len(before):] == [str(self.names)], "what was created after accept did not run alone")
        else:
            self.place.run("--once", env=self.environment, program=self.program)
            expect(line(self.book) == before, "a cancelled job ran")


# Each makes of a place with jobs one that has been restored or copied, and returns whether ticks are to hold.

def backup_copied(trial):
    trial.shell(f".backup {trial.kept}")
    trial.since()
    trial.forget_log()
    shutil.copyfile(trial.kept, trial.place.database)
    return True


def backup_moved(trial):
    trial.shell(f".backup {trial.kept}")
    trial.since()
    trial.forget_log()
    os.rename(trial.kept, trial.place.database)
    return True


def backup_restored_by_shell(trial):
    trial.shell(f".backup {trial.kept}")
    trial.since()
    trial.shell(f".restore {trial.kept}")
    return True


def vacuum_into(trial):
    trial.shell(f"VACUUM INTO '{trial.kept}'")
    trial.since()
    trial.forget_log()
    trial.dice.choice((shutil.copyfile, os.rename))(trial.kept, trial.place.database)
    return True


def files_copied(trial):
    os.mkdir(trial.kept)
    names = [name for name in os.listdir(trial.place.state) if name.startswith("escher-cron.db")]
    for name in names:
        shutil.copyfile(os.path.join(trial.place.state, name), os.path.join(trial.kept, name))
    trial.since()
    trial.forget_log()
    for name in names:
        if not name.endswith("-shm"):
            shutil.copyfile(os.path.join(trial.kept, name), os.path.join(trial.place.state, name))
    return True


def directory_copied(trial):
    subprocess.run(["cp", "-a", trial.place.state, trial.kept], check=True)
    if trial.dice.random() < 0.7:
        trial.since()
    trial.copied(trial.kept)
    return True


def directory_restored(trial):
    subprocess.run(["cp", "-a", trial.place.state, trial.kept], check=True)
    trial.since()
    shutil.rmtree(trial.place.state)
    subprocess.run(["cp", "-a", trial.kept, trial.place.state], check=True)
    return True


def other_machine(trial):
    subprocess.run(["cp", "-a", trial.place.state, trial.kept], check=True)
    if trial.dice.random() < 0.7:
        trial.since()
    trial.program = trial.elsewhere(trial.kept)
    return True


def database_alone_elsewhere(trial):
    os.mkdir(trial.kept, 0o700)
    trial.shell(f".backup {trial.kept}/escher-cron.db")
    if trial.dice.random() < 0.7:
        trial.since()
    trial.copied(trial.kept)
    return True


def nothing_ran_since(trial):
    trial.shell(f".backup {trial.kept}")
    trial.forget_log()
    trial.dice.choice((shutil.copyfile, os.rename))(trial.kept, trial.place.database)
    return False


def booted_renamed_or_reinitialized(trial):
    what = trial.dice.randrange(3)
    if what == 0:
        trial.program = trial.elsewhere(trial.place.state)
    elif what == 1:
        os.rename(trial.place.state, trial.kept)
        trial.copied(trial.kept)
    else:
        trial.place.run("init")
        os.unlink(os.path.join(trial.place.state, "private", "run.lock"))
    return False


KINDS = (backup_copied, backup_moved, backup_restored_by_shell, vacuum_into, files_copied, directory_copied,
         directory_restored, other_machine, database_alone_elsewhere, nothing_ran_since, booted_renamed_or_reinitialized)
