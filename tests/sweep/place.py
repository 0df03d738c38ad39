"""A place of its own for each worker and load: directory, config, database, ledger, locks, and the ticks on them."""

import contextlib
import json
import os
import platform
import pwd
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from kinds import KINDS, PREAMBLE
from processes import children_of, processes_of, signal_quietly, wait_gone

# No word on security.commands: whether rows may bring commands is for the tick to find out, at every point.
CONFIG = """
[database]
path = "@STATE@/escher-cron.db"
busy_timeout = "2s"
[run]
concurrency = @CONCURRENCY@
shutdown_grace = "1s"
@CGROUP@
[defaults]
backoff = ["10ms"]
jitter = "0%"
kill_after = "1s"
[output]
max_bytes = "256KiB"
"""

# How long what is left behind would live: longer than any point takes.
LIFE = "120"

# A tick of these jobs takes less than a second; what takes this long hangs.
TICK_SECONDS = 30

# One that is told to end: the grace of the jobs is a second here, and KILL needs no more. Where no lock can be had any more,
# the call to the database that is under way and one more take the patience of theirs, ten seconds each.
TERM_SECONDS = 24


class Ended:
    """What a command came to; status None: it had to be killed because it did not end."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")


class Place:
    def __init__(self, settings, user="", concurrency=3, cgroup=None):
        self.settings = settings
        self.user = user
        self.root = tempfile.mkdtemp(prefix="place-", dir=settings.base)
        os.chmod(self.root, 0o755)
        self.state = self.make_directory("state", 0o700)
        self.locks = self.make_directory("locks", 0o700)
        self.scripts = self.make_directory("scripts", 0o755)
        self.home = self.make_directory("home", 0o700)
        self.ledger = os.path.join(self.locks, "ledger")
        self.database = os.path.join(self.state, "escher-cron.db")
        self.config = os.path.join(self.root, "escher-cron.toml")
        self.kind_of = {}
        self.limit_of = {}
        self.may_be_cancelled = set()
        self.pids = []  # of everything that was started
        self.pristine = {}
        # One of its own in the harness's, so that each place can be asked what is left of it.
        self.cgroup = cgroup and cgroup.child(os.path.basename(self.root))
        word = settings.cgroup_word if self.cgroup is None else self.cgroup.word
        self.write_config(concurrency, f'cgroup = "{word}"' if word else "")
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.home, "LANG": "C.UTF-8", "TZ": "UTC",
            "ESCHER_CRON_CONFIG": self.config, "ESCHER_SWEEP_PLACE": self.root,
        }
        # Who the tick is, and where it lives.
        self.prefix = []
        if user:
            group = pwd.getpwnam(user).pw_gid
            self.prefix = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        if self.cgroup is not None:
            self.prefix = ["sh", "-c", 'echo 0 >"$0" && exec "$@"', self.cgroup.procs, *self.prefix]

    def make_directory(self, name, mode):
        path = os.path.join(self.root, name)
        os.mkdir(path)
        os.chmod(path, mode)
        self.give(path)
        return path

    def give(self, path):
        """Makes it the tick's user's."""
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)

    def write_config(self, concurrency, cgroup=""):
        text = (CONFIG.replace("@STATE@", self.state).replace("@CONCURRENCY@", str(concurrency))
                .replace("@CGROUP@", cgroup))
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    # --- commands

    def start(self, *args, program=None, **options):
        """Starts the binary, or `program` before it; its output is kept in pipes, unless it is to be quiet."""
        environment = {**self.environment, **options.pop("env", {})}
        options.setdefault("stdin", subprocess.DEVNULL)
        command = [*self.prefix, *(program or []), self.settings.binary, *map(str, args)]
        output = subprocess.DEVNULL if options.pop("quiet", False) else subprocess.PIPE
        child = subprocess.Popen(command, env=environment, cwd=self.root, stdout=output, stderr=output,
                                 start_new_session=True, **options)
        self.pids.append(child.pid)
        return child

    def finish(self, child, seconds=TICK_SECONDS, term_after=None):
        """Waits for what start() returned; after `term_after` seconds it is told to end."""
        def ended(patience):
            out, err = child.communicate(timeout=patience)
            return Ended(child.returncode, out or b"", err or b"")

        try:
            if term_after is not None:
                try:
                    return ended(term_after)
                except subprocess.TimeoutExpired:
                    seconds = TERM_SECONDS
                    for pid in children_of(child.pid) or [child.pid]:  # strace's tracee, or the tick itself
                        signal_quietly(pid, signal.SIGTERM)
            return ended(seconds)
        except subprocess.TimeoutExpired:
            for pid in children_of(child.pid):  # the tracee first: strace would let it go on alone
                signal_quietly(pid, signal.SIGKILL)
            child.kill()
            out, err = child.communicate()
            return Ended(None, out or b"", err or b"")

    def run(self, *args, seconds=TICK_SECONDS, term_after=None, **options):
        return self.finish(self.start(*args, **options), seconds, term_after)

    # --- jobs

    def add_jobs(self, names):
        """Creates one job of each of these kinds, by one command; returns their ids."""
        jobs = []
        for name in names:
            kind = KINDS[name]
            jobs.append({"command": ["sh", self.script_of(name)], "name": name, "retries": kind.retries})
            if kind.timeout:
                jobs[-1]["timeout"] = kind.timeout
        ids = self.add_batch(jobs)
        for job, name in zip(ids, names):
            self.know(job, name)
        return ids

    def add_commands(self, commands, retries):
        return self.add_batch([{"command": command, "retries": retries} for command in commands])

    def add_batch(self, jobs):
        child = self.start("add", "--batch", stdin=subprocess.PIPE)
        out, err = child.communicate("\n".join(map(json.dumps, jobs)).encode(), timeout=TICK_SECONDS)
        if child.returncode != 0:
            raise RuntimeError(f"cannot create jobs: {err.decode(errors='replace')}")
        return [int(word) for word in out.split()]

    def know(self, job, name, limit=None):
        """What the oracle has to know of a job."""
        self.kind_of[job] = name
        self.limit_of[job] = limit or KINDS[name].retries + 1

    def script_of(self, name):
        return self.write_script(name, KINDS[name].script)

    def write_script(self, name, text, life=LIFE):
        path = os.path.join(self.scripts, name)
        text = PREAMBLE + text
        prctl = {"x86_64": "157", "aarch64": "167"}.get(platform.machine(), "157")
        for word, value in (("@LEDGER@", self.ledger), ("@LOCKS@", self.locks), ("@LIFE@", life), ("@PRCTL@", prctl),
                            ("@BINARY@", self.settings.binary)):
            text = text.replace(word, value)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    # --- the state before a point, again and again

    def keep(self):
        """What is in the state directory now is what restore() brings back."""
        self.pristine = {}
        for directory, _, names in os.walk(self.state):
            for name in names:
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    self.pristine[os.path.relpath(path, self.state)] = (file.read(), os.stat(path).st_mode & 0o7777)

    def restore(self):
        self.kill_all()
        # File by file, each remaining the file that it is: a copy of the directory would be held.
        for directory, _, names in os.walk(self.state, topdown=False):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.relpath(path, self.state) not in self.pristine:
                    os.unlink(path)
            if directory != self.state and not os.listdir(directory):
                os.rmdir(directory)
        for name, (content, mode) in self.pristine.items():
            path = os.path.join(self.state, name)
            if not os.path.isdir(os.path.dirname(path)):
                os.mkdir(os.path.dirname(path), 0o700)
                self.give(os.path.dirname(path))
            with open(path, "wb") as file:
                file.write(content)
            os.chmod(path, mode)
            self.give(path)
        for name in os.listdir(self.locks):
            os.unlink(os.path.join(self.locks, name))

    # --- what is there

    def sql(self, statement, *values):
        # A reader like any client: it must be able to recover the log of a killed tick, so not read-only.
        connection = sqlite3.connect(self.database, timeout=30, isolation_level=None)
        try:
            connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()
            if self.user:  # what root's SQLite has made anew
                for suffix in ("-wal", "-shm"):
                    with contextlib.suppress(FileNotFoundError):
                        self.give(self.database + suffix)

    def unfinished(self):
        return self.sql("SELECT id, state, run_at FROM job WHERE finished_at IS NULL")

    def left_due(self, before):
        """Jobs that were due before that time and still wait, although nothing keeps them."""
        rows = self.sql("SELECT id FROM job WHERE state = 'available' AND blocked = 0 AND run_at <= ? "
                        "AND NOT EXISTS (SELECT 1 FROM queue)", int(before * 1000))
        return [row[0] for row in rows]

    def ticks(self):
        """Processes of the binary that belong here: those that jobs have started too."""
        return [pid for pid in processes_of(self.root) if exe_of(pid) == self.settings.binary]

    def drain(self, seconds=25, most=12, **options):
        """Ticks, undisturbed, until no job waits for anything; returns what they came to."""
        ended = []
        end = time.monotonic() + seconds
        while True:
            begun = time.time()
            result = self.run(**options)
            result.left = self.left_due(begun) if result.status == 0 and not result.err else []
            ended.append(result)
            wait_gone(self.ticks(), 15)
            waiting = self.unfinished()
            if not waiting or result.status is None or time.monotonic() > end or len(ended) >= most:
                return ended
            due = min(run_at for _, _, run_at in waiting) / 1000 - time.time()
            select.select([], [], [], min(max(due, 0), 1))

    def kill_all(self):
        """Ends everything that belongs here; what a killed process leaves may take a second look."""
        for _ in range(5):
            pids = [pid for pid in processes_of(self.root) if pid != os.getpid()]
            if not pids:
                return
            for pid in pids:
                signal_quietly(pid, signal.SIGKILL)
            wait_gone(pids, 10)

    def destroy(self):
        self.kill_all()
        if self.cgroup is not None:
            self.cgroup.remove()
        shutil.rmtree(self.root, ignore_errors=True)


def exe_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""
