"""Who may write a shared database attacks through its files the user that runs its ticks."""

import os
import signal
import subprocess
import time

from processes import processes_of, read_proc
from shared import GROUP, OWNER, SharedDatabase, as_nobody

CONFIG = """
[task.greet]
argv = ["echo", "hello"]
"""

# A rollback journal that undoes nothing and names a super-journal, which SQLite deletes when it has undone it.
PLANT_SUPER_JOURNAL = """
import os, struct, sys
database, victim = sys.argv[1], sys.argv[2].encode()
magic = bytes.fromhex("d9d505f920a163d7")
pages = os.stat(database).st_size // 4096
header = magic + struct.pack(">IIIII", 0, 0, pages, 512, 4096)
with open(database + "-journal", "wb") as file:
    file.write(header.ljust(512, bytes(1)))
    file.write(struct.pack(">I", 0x40000000 // 4096 + 1) + victim)
    file.write(struct.pack(">II", len(victim), sum(victim)) + magic)
os.chmod(database + "-journal", 0o660)
"""

# A check of ours made to cost an hour of computing at each row.
CHANGE_TABLE = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA writable_schema = ON")
burn = "instr(hex(zeroblob(20000000)), hex(zeroblob(10000000)) || '1') = 0"
database.execute("UPDATE sqlite_master SET sql = replace(sql, 'pid        INTEGER NOT NULL',"
                 f"'pid INTEGER NOT NULL CHECK ({burn.replace(chr(39), chr(39) * 2)})') WHERE name = 'tick'")
database.execute("PRAGMA schema_version = 4711")
"""

EXECUTE = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
for statement in sys.argv[2:]:
    database.execute(statement)
"""

# A table whose pages stand below one another so often that to read all of it takes for ever, of a file of 20 pages more.
MAKE_ENDLESS = """
import sqlite3, struct, sys
name = sys.argv[1]
database = sqlite3.connect(name, isolation_level=None)
database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
root, = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'recheck'").fetchone()
pages, = database.execute("PRAGMA page_count").fetchone()
database.close()

def page(kind, cells, right=None):
    at = 4096 - sum(map(len, cells))
    head = struct.pack(">BHHHB", kind, 0, len(cells), at, 0) + (b"" if right is None else struct.pack(">I", right))
    pointers = b"".join(struct.pack(">H", at + i * len(cells[0])) for i in range(len(cells)))
    return (head + pointers).ljust(at, bytes(1)) + b"".join(cells)

leaf = page(13, [bytes([2, 1, 2, 0])])
def interior(below):
    return page(5, [struct.pack(">IB", below, 1)] * 300, below)

with open(name, "r+b") as file:
    numbers = list(range(pages + 1, pages + 16))
    file.seek(pages * 4096)
    file.write(leaf + b"".join(interior(below) for below in numbers[:-1]))
    file.seek((root - 1) * 4096)
    file.write(interior(numbers[-1]))
    file.seek(24)
    count = struct.unpack(">I", file.read(4))[0] + 1
    file.seek(24)
    file.write(struct.pack(">II", count, numbers[-1]))
    file.seek(92)
    file.write(struct.pack(">I", count))
"""


class AttacksOnSqlite(SharedDatabase):
    toml = CONFIG

    def setUp(self):
        super().setUp()
        self.box.tick()

    def attack(self, script, *words):
        """Runs a program as the user nobody with the database's group."""
        subprocess.run(as_nobody("/usr/bin/python3", "-c", script, *words), check=True, cwd="/",
                       env={"PATH": "/usr/bin:/bin"})

    def assertRefused(self, *words, names, command, timeout=20):
        """The command ends soon, with a word about the file."""
        result = self.box.escher(*command, status=None, timeout=timeout)
        self.assertEqual(result.status, 69, result)
        for word in (names, *words):
            self.assertIn(word, result.err)

    commands = ((), ("add", "--task", "greet"), ("list",), ("cancel", "1"), ("pause",), ("status",))

    def test_a_journal_that_names_a_file_of_roots_deletes_nothing(self):
        for journal in ("wal", "delete"):
            self.box.sql(f"PRAGMA journal_mode = {journal}")
            for command in (*self.commands, ("init", "--group", GROUP, "--owner", OWNER)):
                with self.subTest(journal=journal, command=command):
                    victim = self.box.write("victim", "precious", 0o600)
                    self.attack(PLANT_SUPER_JOURNAL, self.box.database, victim)
                    try:
                        result = self.box.escher(*command, status=None)
                        self.assertTrue(os.path.exists(victim), "the file is gone")
                        self.assertEqual(result.status, 69, result)
                        if command not in (("list",), ("status",)):  # who only reads undoes nothing, and reads no name
                            self.assertIn(victim, result.err)
                        self.assertIn(self.box.database + "-journal", result.err, "the remedy")
                    finally:
                        if os.path.exists(self.box.database + "-journal"):
                            os.unlink(self.box.database + "-journal")
        self.box.tick()

    def test_pipes_in_place_of_its_files_hold_nobody_up(self):
        for suffix in ("-journal", "-wal", "-shm"):
            for command in self.commands:
                with self.subTest(suffix=suffix, command=command):
                    self.attack("import os, sys, contextlib\n"
                                "with contextlib.suppress(FileNotFoundError): os.unlink(sys.argv[1])\n"
                                "os.mkfifo(sys.argv[1])", self.box.database + suffix)
                    try:
                        self.assertRefused("not a regular file", names=self.box.database + suffix, command=command)
                    finally:
                        os.unlink(self.box.database + suffix)

    def test_links_in_place_of_its_files_are_not_followed(self):
        for make, word in (("symlink", "symbolic link"), ("link", "more than one name")):
            for suffix in ("-journal", "-wal", "-shm"):
                with self.subTest(make=make, suffix=suffix):
                    victim = os.path.join(self.box.state, "victim")
                    self.attack("import os, sys, contextlib\n"
                                "with contextlib.suppress(FileNotFoundError): os.unlink(sys.argv[2])\n"
                                "with open(sys.argv[1], 'wb') as file: file.write(bytes([1]) * 5000)\n"
                                f"os.{make}(sys.argv[1], sys.argv[2])", victim, self.box.database + suffix)
                    try:
                        self.assertRefused(word, names=self.box.database + suffix, command=())
                        with open(victim, "rb") as file:
                            self.assertEqual(file.read(), bytes([1]) * 5000)
                    finally:
                        os.unlink(self.box.database + suffix)
        self.box.tick()

    def test_a_database_with_a_second_name_is_refused(self):
        self.attack("import os, sys; os.link(sys.argv[1], sys.argv[1] + '2')", self.box.database)
        self.assertRefused("more than one name", names=self.box.database, command=())

    def test_a_check_added_to_a_table_of_ours_is_not_evaluated(self):
        self.attack(CHANGE_TABLE, self.box.database)
        for command in ((), ("add", "--task", "greet"), ("list",)):
            self.assertRefused("'tick'", "restore a backup", names=self.box.database, command=command)
        self.assertIn("'tick'", self.box.escher("check", "--full", status=None, timeout=20).out)
        os.unlink(self.box.database)  # to look whether it is sound would take as long

    def test_a_trigger_made_while_a_tick_lives_does_not_fire_in_it(self):
        held = self.box.held()
        self.configure(CONFIG + f"""
[task.held]
argv = ["sh", "-c", "{held.script}"]
""")
        self.box.insert(task="held")
        tick = self.box.start()
        held.wait_started()
        self.attack(EXECUTE, self.box.database,
                    "CREATE TRIGGER evil AFTER UPDATE ON job BEGIN UPDATE meta SET value = 'fired'; END",
                    "INSERT INTO job (task) VALUES ('greet')")
        held.release()
        # The result waits for a database that can be trusted.
        self.box.until(lambda: b"evil" in os.read(tick.stderr.fileno(), 65536))
        self.assertEqual(self.box.sql("SELECT count(*) FROM meta WHERE value = 'fired'"), [(0,)])
        self.attack(EXECUTE, self.box.database, "DROP TRIGGER evil")
        self.box.finish(tick, status=None)
        self.assertEqual(self.box.sql("SELECT state FROM job"), [("completed",)] * 2)
        self.assertEqual(self.box.sql("SELECT count(*) FROM meta WHERE value = 'fired'"), [(0,)])

    def test_a_tick_hears_a_signal_in_a_statement_without_end(self):
        self.box.insert(task="greet")
        self.attack(MAKE_ENDLESS, self.box.database)
        tick = self.box.start()
        # At nothing else, be it the tick's process or the one that works on the database for it.
        self.box.until(lambda: max(map(cpu_seconds, processes_of(self.box.root)), default=0) > 1)
        begin = time.monotonic()
        tick.send_signal(signal.SIGTERM)
        result = self.box.finish(tick, status=None, timeout=20)
        self.assertLess(time.monotonic() - begin, self.patient(1.5), result)
        self.assertIn("asks this process to stop", result.err)
        self.assertEqual(self.box.sql("SELECT state, attempts FROM job"), [("available", 0)])
        os.unlink(self.box.database)  # to look whether it is sound has no end either


def cpu_seconds(pid):
    fields = read_proc(pid, "stat").rpartition(b")")[2].split() or 20 * [0]
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
