"""A command of root's on a database that others can write: it becomes the database's owner, and asks root for the rest."""

import os
import pwd
import re
import signal
import subprocess

from case import not_fast
from processes import wait_gone
from sandbox import BINARY, PATIENCE
from shared import OWNER, SharedDatabase, as_nobody

COMMANDS = (("add", "--task", "greet", "-p", "name=world"), ("list",), ("show", 1), ("log", 1), ("wait", 1), ("status",),
            ("plan",), ("next",), ("pause",), ("resume",), ("retry", 1), ("cancel", 1), ("prune",), ("check",), ("init",),
            ("metrics",))

# "12345 openat(AT_FDCWD, "/x", ...", and what changes who makes it.
CALL = re.compile(r'(\d+) +(\w+)\((.*)')


class RootPart(SharedDatabase):
    toml = """
[task.greet]
argv = ["echo", "hello {name}"]
params = { name = "[a-z]{1,20}" }
[run]
mode = "cron"
"""

    def greet(self):
        job = int(self.box.escher("add", "--task", "greet", "-p", "name=world").out)
        self.box.tick()
        return job

    @not_fast  # a sanitizer looks for leaks by what strace uses
    def test_root_opens_nothing_that_others_can_write(self):
        self.greet()
        for command in COMMANDS:
            trace = self.box.path("trace")
            self.box.escher(*command, program=["strace", "-f", "-qq", "-e", "trace=open,openat,setresuid,fork,clone,clone3,vfork",
                                               "-o", trace, BINARY], status=None)
            opened = self.opened_by_root(trace)
            self.assertTrue(opened, f"{command}: nothing was traced")
            inside = [path for path in opened if path.startswith(self.box.state + "/")]
            # What init lays out is made by root, each file by name, none followed and none through SQLite.
            if command[0] == "init":
                inside = [path for path in inside if path.endswith(("-wal", "-shm", "-journal"))]
            self.assertEqual(inside, [], f"{command} opened as root what others can write")

    @staticmethod
    def opened_by_root(trace):
        """The paths that processes have opened before they became somebody else."""
        dropped, paths = set(), []
        with open(trace, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                found = CALL.match(line)
                if not found:
                    continue
                pid, call, rest = found.groups()
                if call == "setresuid":
                    dropped.add(pid)
                elif call in ("open", "openat") and pid not in dropped:
                    path = re.search(r'"([^"]*)"', rest)
                    paths.append(path.group(1) if path else "")
        return paths

    def test_what_works_as_the_owner_has_no_rights_left(self):
        job = self.box.insert(task="greet", params='{"name": "x"}', run_at=4102444800000)
        child = self.box.start("log", "-f", job)
        self.addCleanup(child.kill)
        self.assertIn(b"waiting", child.stderr.readline())
        status = self.status_of_child(child.pid)
        uid = str(pwd.getpwnam(OWNER).pw_uid)
        self.assertEqual(status["Uid"].split(), [uid] * 4)
        self.assertNotIn("0", status["Gid"].split() + status["Groups"].split())
        self.assertEqual(status["NoNewPrivs"], "1")
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, name)
        # A signal to the command ends both.
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(timeout=60), -signal.SIGTERM)
        wait_gone([int(status["Pid"])], 60 * PATIENCE)

    @staticmethod
    def status_of_child(pid):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            children = file.read().split()
        for child in children:
            with open(f"/proc/{child}/status", encoding="utf-8") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            if status["Uid"].split()[0] != "0":
                return status
        raise AssertionError(f"no child of {pid} is another user's")

    def test_output_lock_and_history_are_told_as_before(self):
        job = self.greet()
        self.assertEqual(self.box.log(job), "hello world\n")
        said = self.box.escher("log", 77, status=None)
        self.assertIn("there is no job 77", said.err)
        os.unlink(os.path.join(self.box.path("private"), "output", f"{job}.1.log"))
        said = self.box.escher("log", job, status=1).err
        self.assertIn("is gone", said)
        self.box.escher("status")
        self.box.escher("check", status=None)
        self.box.escher("prune")

    def test_the_owner_can_use_what_a_member_has_made(self):
        """SQLite's own files are whose process made them, and are left there when it is killed."""
        self.greet()
        self.box.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        for suffix in ("-wal", "-shm"):
            if os.path.exists(self.box.database + suffix):
                os.unlink(self.box.database + suffix)
        code = ("import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
                "db.execute(\"INSERT INTO job (task, params) VALUES ('greet', '{\\\"name\\\": \\\"member\\\"}')\");"
                "os.kill(os.getpid(), 9)")
        subprocess.run(as_nobody("/usr/bin/python3", "-c", code, self.box.database), check=False, cwd="/")
        self.assertEqual(pwd.getpwuid(os.stat(self.box.database + "-wal").st_uid).pw_name, "nobody")
        self.assertIn("greet", self.box.escher("list", "-a").out)
        self.box.tick()
        self.assertEqual(self.box.log(2), "hello member\n")

    def test_the_end_is_that_of_the_command(self):
        self.assertEqual(self.box.escher("show", 99, status=1).status, 1)
        self.box.escher("add", "--task", "nothing", status=65)
        reader, writer = os.pipe()
        os.close(reader)
        self.greet()
        child = self.box.start("list", "-a", stdout=writer)
        os.close(writer)
        child.communicate(timeout=60)
        self.assertIn(child.returncode, (141, -signal.SIGPIPE))
