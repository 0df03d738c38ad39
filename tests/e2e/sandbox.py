"""A place of its own for each test: a directory, a config, a database, and the built binary to work on them."""

import contextlib
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from processes import Held, processes_of, read_proc, wait_gone

BINARY = os.path.abspath(os.environ.get("ESCHER_CRON_BINARY", "build/src/escher-cron"))

# How much slower than expected this machine or this build may be before a test gives up.
PATIENCE = float(os.environ.get("ESCHER_E2E_PATIENCE", "1"))

DEFAULT_CONFIG = """
[run]
concurrency = 8
[security]
commands = "any"
"""


class Result:
    """What a command came to."""

    def __init__(self, args, status, out, err):
        self.args = args
        self.status = status
        self.out = out
        self.err = err

    def __str__(self):
        return f"{self.args}\n  status {self.status}\n  out: {self.out[:4000]!r}\n  err: {self.err[:4000]!r}"


class Sandbox:
    def __init__(self, base):
        self.root = tempfile.mkdtemp(prefix="test-", dir=base)
        os.chmod(self.root, 0o755)
        self.state = os.path.join(self.root, "state")
        os.mkdir(self.state, 0o700)
        self.home = os.path.join(self.root, "home")
        os.mkdir(self.home)
        self.database = os.path.join(self.state, "escher-cron.db")
        self.config = os.path.join(self.root, "escher-cron.toml")
        self.history = []
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": self.home,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "ESCHER_CRON_CONFIG": self.config,
            "ESCHER_E2E_SANDBOX": self.root,
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.configure(DEFAULT_CONFIG)

    def path(self, *names):
        return os.path.join(self.root, *names)

    def configure(self, toml, database=None):
        """Writes the config: `toml` and where the database is."""
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'[database]\npath = "{database or self.database}"\n{toml}\n')

    def write(self, name, text, mode=0o644):
        """Writes a file into the sandbox and returns its path."""
        path = self.path(name)
        with open(path, "wb" if isinstance(text, bytes) else "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    # --- the binary

    def start(self, *args, program=None, **options):
        """Starts the binary and returns its Popen; stdin is empty, stdout and stderr are pipes unless told otherwise."""
        environment = {**self.environment, **options.pop("env", {})}
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("cwd", self.root)
        return subprocess.Popen([*(program or [BINARY]), *map(str, args)], env=environment, **options)

    def escher(self, *args, status=0, input=None, timeout=60, program=None, **options):
        """Runs the binary to its end and checks its exit status (None: any)."""
        if input is not None:
            options["stdin"] = subprocess.PIPE
        child = self.start(*args, program=program, **options)
        try:
            out, err = child.communicate(input if input is None or isinstance(input, bytes) else input.encode(),
                                         timeout=timeout * PATIENCE)
        except subprocess.TimeoutExpired as expired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError(f"{args} did not end within {timeout} s\n"
                                 f"  out: {out[-2000:]!r}\n  err: {err[-2000:]!r}") from expired
        return self.note(args, child.returncode, out, err, status)

    def finish(self, child, status=0, timeout=60):
        """Waits for what start() returned."""
        try:
            out, err = child.communicate(timeout=timeout * PATIENCE)
        except subprocess.TimeoutExpired as expired:
            raise AssertionError(f"{child.args} did not end within {timeout} s") from expired
        return self.note(child.args[1:], child.returncode, out, err, status)

    def note(self, args, actual, out, err, expected):
        result = Result(["escher-cron", *map(str, args)], actual, (out or b"").decode("utf-8", "surrogateescape"),
                        (err or b"").decode("utf-8", "surrogateescape"))
        self.history.append(str(result))
        if expected is not None and actual != expected:
            raise AssertionError(f"exit status {actual} instead of {expected}: {result}")
        return result

    def tick(self, status=0, silent=True, **options):
        """One tick as cron starts it; it must say nothing."""
        result = self.escher(status=status, **options)
        if silent and (result.out or result.err):
            raise AssertionError(f"a tick is silent: {result}")
        return result

    def add(self, *argv, options=()):
        """Creates a job and returns its id."""
        return int(self.escher("add", *options, "--", *argv).out)

    def shell(self, script, options=()):
        """Creates a job that runs a shell script and returns its id."""
        return self.add("sh", "-c", script, options=options)

    def show(self, job):
        return json.loads(self.escher("show", "--json", job).out)

    def listed(self, *options):
        return json.loads(self.escher("list", "--json", *options).out)["jobs"]

    def log(self, job, *options):
        return self.escher("log", *options, job).out

    def wait(self, *jobs, status=0, timeout=60):
        """Blocks until jobs have ended."""
        self.escher("wait", "--timeout", f"{int(timeout * PATIENCE)}s", *jobs, status=status, timeout=timeout + 10)

    def hand_over(self, older, script):
        """Creates a job and starts a tick that takes the lock from `older` and runs that job; returns both.

        `older` is stopped until the new tick has announced itself, or it might take the job before.
        """
        os.kill(older.pid, signal.SIGSTOP)
        try:
            job = self.shell(script)
            newer = self.start()
            inode = os.stat(os.path.join(self.state, "private", "run.lock")).st_ino
            self.until(lambda: next_is_locked(inode))
        finally:
            os.kill(older.pid, signal.SIGCONT)
        return job, newer

    # --- the database, as its clients see it

    @contextlib.contextmanager
    def connection(self, **options):
        connection = sqlite3.connect(options.pop("database", self.database), timeout=30, isolation_level=None)
        try:
            # Clients do not checkpoint, escher-cron-db(7).
            connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
            yield connection
        finally:
            connection.close()

    def sql(self, statement, *values):
        """Runs one statement and returns its rows."""
        with self.connection() as connection:
            return connection.execute(statement, values).fetchall()

    def insert(self, **columns):
        """Creates a job by SQL and returns its id. A list becomes a JSON array."""
        values = [json.dumps(value) if isinstance(value, (list, dict)) else value for value in columns.values()]
        with self.connection() as connection:
            marks = ", ".join("?" * len(values))
            cursor = connection.execute(f"INSERT INTO job ({', '.join(columns)}) VALUES ({marks})", values)
            return cursor.lastrowid

    def state_of(self, job):
        return self.sql("SELECT state FROM job WHERE id = ?", job)[0][0]

    def reason_of(self, job):
        return self.sql("SELECT reason FROM job WHERE id = ?", job)[0][0]

    def outcomes_of(self, job):
        return [row[0] for row in self.sql("SELECT outcome FROM run WHERE job = ? ORDER BY id", job)]

    def has_database(self):
        """True once the schema is there."""
        return os.path.exists(self.database) and bool(
            self.sql("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'job'"))

    def output_files(self):
        directory = os.path.join(self.state, "private", "output")
        return sorted(os.listdir(directory)) if os.path.isdir(directory) else []

    def until(self, condition, timeout=60):
        """Blocks until `condition` holds, where there is no event to wait for; returns what it returned."""
        end = time.monotonic() + timeout * PATIENCE
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"nothing came of it within {timeout} s")
            select.select([], [], [], 0.02)

    # --- jobs that the test holds by a pipe

    def held(self, name="held"):
        return Held(self.path(name))

    # --- the end

    def wait_for_ticks(self):
        """Blocks until every tick has ended, detached ones too."""
        binary = os.path.realpath(BINARY)
        wait_gone([pid for pid in processes_of(self.root) if exe_of(pid) == binary], 60 * PATIENCE)

    def check_invariants(self, unfinished_runs_allowed=False):
        """What holds after every test: see the list of faults."""
        self.wait_for_ticks()
        left = processes_of(self.root)
        if left and not unfinished_runs_allowed:
            raise AssertionError(f"processes are left: {[describe_process(pid) for pid in left]}")
        if not os.path.exists(self.database):
            return
        try:
            tables = {row[0] for row in self.sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.DatabaseError:
            return  # the test has put something else there
        if not {"job", "run", "meta"} <= tables:
            return
        verdict = self.sql("PRAGMA integrity_check")
        if verdict != [("ok",)]:
            raise AssertionError(f"integrity_check: {verdict}")
        excess = self.sql("SELECT id, attempts, retries FROM job WHERE attempts > retries + 1")
        if excess:
            raise AssertionError(f"more attempts than allowed: {excess}")
        if not unfinished_runs_allowed:
            running = self.sql("SELECT id FROM job WHERE state = 'running'")
            open_runs = self.sql("SELECT id FROM run WHERE outcome IS NULL")
            if running or open_runs:
                raise AssertionError(f"without a tick, jobs {running} are running and runs {open_runs} are open")

    def destroy(self):
        for pid in processes_of(self.root):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)


def exe_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def next_is_locked(inode):
    """True if a tick waits for the lock file: byte 1 is the place of the next."""
    with open("/proc/locks", encoding="utf-8") as file:
        return any(line.split()[-3].endswith(f":{inode}") and line.split()[-2:] == ["1", "1"] for line in file
                   if "->" not in line)


def describe_process(pid):
    return f"{pid}: {read_proc(pid, 'cmdline').replace(bytes(1), b' ').decode(errors='replace')[:200]}"
