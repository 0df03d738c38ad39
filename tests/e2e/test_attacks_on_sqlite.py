"""Who may write a shared database attacks through its files the user that runs its ticks."""

import grp
import os
import pwd
import subprocess

from case import EndToEnd, as_root

GROUP = "games"  # one that every Debian has and that nobody is in

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


@as_root
class AttacksOnSqlite(EndToEnd):
    def setUp(self):
        super().setUp()
        self.box.configure(CONFIG)
        os.rmdir(self.box.state)
        self.box.escher("init", "--group", GROUP)
        self.box.tick()

    def attack(self, script, *words):
        """Runs a program as the user nobody with the database's group."""
        nobody = pwd.getpwnam("nobody")
        subprocess.run(["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}",
                        f"--groups={grp.getgrnam(GROUP).gr_gid}", "/usr/bin/python3", "-c", script, *words],
                       check=True, cwd="/", env={"PATH": "/usr/bin:/bin"})

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
            for command in (*self.commands, ("init", "--group", GROUP)):
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
