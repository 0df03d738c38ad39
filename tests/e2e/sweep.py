"""What the sweeps over a tick's system calls share: three jobs, and what has to hold afterwards."""

import os
import shutil
import sqlite3

from case import EndToEnd
from sandbox import BINARY

# Without control groups: with them a run is not cloned but cloned into its group, and less depends on its traces.
CONFIG = """
[run]
concurrency = 2
cgroup = "off"
[defaults]
backoff = ["0s"]
[security]
commands = "any"
"""

class Sweep(EndToEnd):
    def setUp(self):
        super().setUp()
        self.box.configure(CONFIG)
        self.witness = self.box.path("witness")
        self.double = self.box.path("double")
        self.prepare()

    def prepare(self):
        """Three jobs: one that completes, one that fails, one that may be tried twice."""
        for name, options in (("completes", []), ("fails", []), ("retried", ["--retries", "1"])):
            script = (f"exec 9>>{self.box.path(name)}.lock; flock -n 9 || echo {name} >> {self.double}; "
                      f"echo $ESCHER_JOB_ID $ESCHER_RUN_ID >> {self.witness}; ")
            script += "exit 1" if name == "fails" else "exit 0"
            self.box.add("sh", "-c", script, options=["--name", name, *options])
        self.pristine = self.box.path("pristine")
        shutil.copytree(self.box.state, self.pristine)

    def restore(self):
        # File by file, each remaining the file that it is: a copy of the directory would be held.
        for directory, _, names in os.walk(self.box.state, topdown=False):
            for name in names:
                path = os.path.join(directory, name)
                if not os.path.exists(os.path.join(self.pristine, os.path.relpath(path, self.box.state))):
                    os.unlink(path)
            if directory != self.box.state and not os.listdir(directory):
                os.rmdir(directory)
        shutil.copytree(self.pristine, self.box.state, copy_function=shutil.copyfile, dirs_exist_ok=True)
        os.chmod(self.box.state, 0o700)
        for name in (self.witness, self.double):
            if os.path.exists(name):
                os.unlink(name)

    def traced(self, call, *options, **more):
        """A tick under strace, which looks at nothing but these calls, and only at those of the tick itself."""
        return self.box.escher("-qq", "-e", f"trace={call}", "-e", "signal=none", *options, BINARY, program=["strace"],
                               **more)

    def count_calls(self, call):
        """How often an undisturbed tick makes this call."""
        self.restore()
        trace = self.box.path("trace")
        self.traced(call, "-o", trace)
        with open(trace, encoding="utf-8", errors="replace") as file:
            total = sum(1 for line in file if "(" in line)
        self.assertGreater(total, 0, f"a tick makes no {call} call: this sweep would prove nothing")
        return total

    def check_after(self, where):
        with sqlite3.connect(f"file:{self.box.database}?mode=ro", uri=True, timeout=30) as database:
            ask = lambda statement: database.execute(statement).fetchall()
            jobs = dict((name, (state, attempts)) for name, state, attempts in
                        ask("SELECT name, state, attempts FROM job"))
            runs = ask("SELECT id, job, outcome FROM run")
            verdict = ask("PRAGMA integrity_check")
        database.close()
        told = f"{where}: {jobs} {runs}"
        self.assertEqual(verdict, [("ok",)], told)
        # Every accepted job is there and has ended; a lost attempt is told as such.
        self.assertEqual(set(jobs), {"completes", "fails", "retried"}, told)
        self.assertIn(jobs["completes"][0], ("completed", "failed"), told)
        self.assertEqual(jobs["fails"][0], "failed", told)
        self.assertEqual(jobs["retried"][0], "completed", told)
        lost = {job for _, job, outcome in runs if outcome == "lost"}
        self.assertEqual(jobs["completes"][0] == "failed", 1 in lost, told)
        # No more attempts than allowed, no run open.
        self.assertLessEqual(jobs["completes"][1], 1, told)
        self.assertLessEqual(jobs["fails"][1], 1, told)
        self.assertLessEqual(jobs["retried"][1], 2, told)
        self.assertNotIn(None, [outcome for _, _, outcome in runs], told)
        # Every execution has its row, once, and no job ran beside itself.
        executed = []
        if os.path.exists(self.witness):
            with open(self.witness, encoding="utf-8") as file:
                executed = [tuple(map(int, line.split())) for line in file]
        self.assertEqual(len(executed), len(set(executed)), f"{told}: a run was executed twice: {executed}")
        for job, run in executed:
            self.assertIn((run, job), [(a, b) for a, b, _ in runs], f"{told}: {executed}")
        self.assertFalse(os.path.exists(self.double), told)
