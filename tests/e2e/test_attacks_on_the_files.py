"""What a member of the database's group puts in the place of its files, or does to them beside a living tick."""

import os
import shutil
import stat

from case import not_fast, slow
from sandbox import BINARY
from shared import GROUP, OWNER
from test_attacks_by_rows import CONFIG, GREETING, RowAttack

# What may stand in the place of a file; the first word is the path. `victim` is what a link leads to.
PLANTS = {
    "symbolic link": "os.symlink(victim, path)",
    "dangling link": "os.symlink(victim + '.none', path)",
    "link to itself": "os.symlink(path, path)",
    "hard link": "open(beside, 'w').write('precious'); os.link(beside, path)",
    "pipe": "os.mkfifo(path)",
    "directory": "os.mkdir(path)",
    "directory with a file in it": "os.mkdir(path); open(path + '/x', 'w')",
    "socket": "socket.socket(socket.AF_UNIX).bind(os.path.basename(path))",
}

PLANT = """
import contextlib, os, shutil, socket, sys
path, victim, plant = sys.argv[1:]
beside = path + ".beside"
os.chdir(os.path.dirname(path))
with contextlib.suppress(FileNotFoundError):
    os.unlink(path)
exec(plant)
"""


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
    if os.path.exists(path + ".beside"):
        os.unlink(path + ".beside")


class FileAttack(RowAttack):
    commands = ((), ("add", "--task", "greet", "-p", "name=x"), ("list",), ("status",), ("check",), ("prune",),
                ("init", "--group", GROUP, "--owner", OWNER))

    def setUp(self):
        super().setUp()
        self.victim = self.box.write("victim", "precious", 0o600)
        self.box.tick()  # so that this host knows the database
        self.job = self.plant(**GREETING)

    def put(self, plant, path):
        self.as_attacker("/usr/bin/python3", "-c", PLANT, path, self.victim, plant)

    def assertUntouched(self):
        status = os.stat(self.victim)
        self.assertEqual((stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid), (0o600, 0, 0))
        self.assertEqual(status.st_nlink, 1)
        with open(self.victim, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")
        self.assertFalse(os.path.lexists(self.victim + ".none"))


class InTheirPlace(FileAttack):
    def attacked(self, suffix, passed_over=False):
        """Each plant in the place of one of the database's files is refused by name, or passed over."""
        self.box.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        path = self.box.database + suffix
        kept = self.box.path("kept")
        shutil.copy2(self.box.database, kept)
        for what, plant in PLANTS.items():
            self.put(plant, path)
            for command in self.commands:
                with self.subTest(what=what, command=command):
                    result = self.box.escher(*command, status=None, timeout=20)
                    self.assertUntouched()
                    if passed_over and result.status == 0:
                        continue
                    self.assertIn(result.status, (1,) if command == ("check",) else (69, 73, 74, 77), result)
                    self.assertIn(path, result.out + result.err)
            remove(path)
            if not suffix:
                shutil.copy2(kept, path)
                shutil.chown(path, OWNER, GROUP)
        self.box.tick()
        self.assertState(self.job, "completed")

    def test_of_the_database(self):
        self.attacked("")

    def test_of_the_write_ahead_log(self):
        self.attacked("-wal")

    def test_of_its_shared_memory(self):
        self.attacked("-shm")

    def test_of_the_rollback_journal(self):
        self.attacked("-journal", passed_over=True)  # a link that leads nowhere is none


class TheWakeFile(FileAttack):
    toml = '[run]\nmode = "automatic"\n' + CONFIG

    def test_what_stands_in_its_place_is_neither_written_nor_given_away_nor_waited_for(self):
        wake = os.path.join(self.box.state, "wake")
        for what, plant in {**PLANTS, "link to what everybody may enter": "os.symlink('/etc', path)"}.items():
            self.put(plant, wake)
            before = os.stat("/etc")
            for command in (("add", "--task", "greet", "-p", "name=y"), ("init", "--group", GROUP, "--owner", OWNER)):
                with self.subTest(what=what, command=command):
                    result = self.box.escher(*command, status=None, timeout=20)
                    self.assertUntouched()
                    if command[0] == "init":
                        self.assertNotEqual(result.status, 0, result)
                        self.assertIn(wake, result.err)
            self.assertEqual(os.stat("/etc"), before)
            remove(wake)
        self.box.wait_for_ticks()
        self.box.tick()
        self.assertEqual(self.box.sql("SELECT DISTINCT state FROM job"), [("completed",)])


class Init(FileAttack):
    """Root lays the place out once more, over what others have put there."""

    def test_what_is_called_output_beside_the_database_is_not_taken_over(self):
        output = os.path.join(self.box.state, "output")
        secrets = self.box.path("secrets")
        os.mkdir(secrets, 0o700)
        shutil.copy2(self.victim, os.path.join(secrets, "1.1.log"))
        for what, plant in {**PLANTS, "link to a directory of root's": f"os.symlink({secrets!r}, path)"}.items():
            with self.subTest(what):
                self.put(plant, output)
                self.box.escher("init", "--group", GROUP, "--owner", OWNER, status=None, timeout=20)
                self.assertUntouched()
                self.assertEqual(stat.S_IMODE(os.stat(secrets).st_mode), 0o700)
                self.assertEqual(os.listdir(secrets), ["1.1.log"])
                shown = self.box.escher("log", self.job, status=None)
                self.assertNotIn("precious", shown.out)
                remove(output)
        self.box.escher("init", "--group", GROUP, "--owner", OWNER)
        self.box.tick()
        self.assertEqual(self.box.log(self.job), "hello x\n")

    def test_nor_what_is_called_run_lock(self):
        lock = os.path.join(self.box.state, "run.lock")
        for what, plant in PLANTS.items():
            with self.subTest(what):
                self.put(plant, lock)
                self.box.escher("init", "--group", GROUP, "--owner", OWNER, status=None, timeout=20)
                self.assertUntouched()
                remove(lock)
        self.box.tick()
        self.assertState(self.job, "completed")


class BesideALivingTick(FileAttack):
    """What happens to the files while a job runs: the job goes on, and no other file is written."""

    def setUp(self):
        super().setUp()
        self.held = self.box.held()
        self.done = self.box.path("done")
        self.configure(CONFIG + f"""
[task.held]
argv = ["sh", "-c", "{self.held.script}; echo done > {self.done}"]
""")
        self.attack(("UPDATE job SET task = 'held', params = NULL WHERE id = ?", [self.job]))
        self.tick = self.box.start()
        self.held.wait_started()
        self.box.until(lambda: self.box.sql("SELECT 1 FROM run WHERE started_at IS NOT NULL"))
        self.box.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.kept = self.box.path("kept")
        shutil.copy2(self.box.database, self.kept)

    def end(self):
        """The job is let go; returns how its tick ended."""
        self.held.release()
        result = self.box.finish(self.tick, status=None, timeout=120)
        with open(self.done, encoding="utf-8") as file:
            self.assertEqual(file.read(), "done\n", "the job was disturbed")
        return result

    def restored(self):
        """The files as they were; what was under way is found lost, and new work is done."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            remove(self.box.database + suffix)
        shutil.copy2(self.kept, self.box.database)
        shutil.chown(self.box.database, OWNER, GROUP)
        self.box.escher("accept", "--run", status=None)
        innocent = self.plant(**GREETING)
        self.box.tick(status=None, silent=False)
        self.assertState(innocent, "completed")

    @slow
    def test_a_database_that_is_emptied_is_told_of(self):
        self.cut(0)

    @slow
    def test_a_database_that_is_cut_in_a_page_is_told_of(self):
        self.cut(5000)

    def cut(self, size):
        self.as_attacker("truncate", "-s", str(size), self.box.database)
        result = self.end()
        self.assertNotEqual(result.status, 0, result)
        self.assertIn(self.box.database, result.err)
        self.restored()

    @slow
    def test_a_database_that_is_replaced_is_not_written_and_its_rows_are_not_run(self):
        witness = self.box.path("witness")
        self.as_attacker("/usr/bin/python3", "-c", f"""
import os, shutil, sqlite3, sys
path = sys.argv[1]
shutil.copy(path, path + ".other")
other = sqlite3.connect(path + ".other", isolation_level=None)
other.execute("PRAGMA journal_mode = DELETE")
other.execute("INSERT INTO job (command) VALUES ('[\\"touch\\", \\"{witness}\\"]')")
other.execute("INSERT INTO job (task, params) VALUES ('greet', '{{\\"name\\": \\"other\\"}}')")
other.close()
os.rename(path + ".other", path)
""", self.box.database)
        with open(self.box.database, "rb") as file:
            before = file.read()
        result = self.end()
        self.assertNotEqual(result.status, 0, result)
        self.assertIn(self.box.database, result.err)
        with open(self.box.database, "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertFalse(os.path.exists(witness))
        self.restored()

    def test_a_log_that_is_exchanged_or_overwritten_leads_to_no_other_file(self):
        self.plant(**GREETING)  # so that there is one
        self.as_attacker("/usr/bin/python3", "-c", """
import os, sys
os.rename(sys.argv[1], sys.argv[1] + ".gone")
os.symlink(sys.argv[2], sys.argv[1])
""", self.box.database + "-wal", self.victim)
        self.end()
        self.assertUntouched()
        self.restored()

    @slow
    def test_a_log_of_rubbish_is_told_of_or_passed_over(self):
        self.plant(**GREETING)
        self.as_attacker("/usr/bin/python3", "-c", """
import os, random, sys
with open(sys.argv[1], "r+b") as file:
    file.seek(32)
    file.write(random.Random(1).randbytes(os.fstat(file.fileno()).st_size - 32))
""", self.box.database + "-wal")
        result = self.end()
        if result.status != 0:
            self.assertIn(self.box.database, result.err)
        self.restored()


class TenGigabytes(FileAttack):  # with bounded memory, in which no sanitizer works
    @not_fast
    def test_a_sparse_write_ahead_log_costs_nobody_time_or_memory(self):
        wal = self.box.database + "-wal"
        for head in ("", "valid"):
            self.plant(**GREETING)
            self.as_attacker("/usr/bin/python3", "-c", """
import os, sys
with open(sys.argv[1], "ab" if sys.argv[2] else "wb") as file:
    file.truncate(10 << 30)
    os.chmod(file.fileno(), 0o660)
""", wal, head)
            self.assertEqual(os.stat(wal).st_size, 10 << 30)
            for command in (("list",), ("status",), ("check",), ("add", "--task", "greet", "-p", "name=y"), ()):
                with self.subTest(head=head, command=command):
                    result = self.box.escher("--as=1500000000", BINARY, *command, program=["prlimit"],
                                             status=None, timeout=30)
                    self.assertEqual(result.status, 0, result)
            self.assertEqual(self.box.sql("SELECT count(*) FROM job WHERE state <> 'completed'"), [(0,)])

    @not_fast
    def test_nor_does_a_database_that_is_made_as_long(self):
        self.box.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.as_attacker("truncate", "-s", "10G", self.box.database)
        for command in (("list",), ("status",), ("check", "--full"), ("add", "--task", "greet", "-p", "name=y"), ()):
            with self.subTest(command=command):
                self.box.escher("--as=1500000000", BINARY, *command, program=["prlimit"], status=None, timeout=30)
        self.assertEqual(self.box.sql("SELECT DISTINCT state FROM job"), [("completed",)])
