"""Rows that a member of the database's group wrote to get more out of root's tick than the config allows."""

import grp
import json
import os
import pwd
import sqlite3
import stat
import subprocess
import unittest

from case import EndToEnd
from sandbox import BINARY

GROUP = "games"  # one that every Debian has and that nobody is in
USER = "www-data"

CONFIG = """
[task.greet]
argv = ["echo", "hello {name}"]
params = { name = "[a-z]{1,20}" }
"""

GREETING = {"task": "greet", "params": '{"name": "x"}'}

# What the attacker runs: SQL, as a web page would. Reads a JSON list of statements with their values.
CLIENT = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
for statement, values in json.load(sys.stdin):
    rows = connection.execute(statement, values).fetchall()
    last = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
print(json.dumps([rows, last]))
"""


def user_exists(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@unittest.skipIf(os.geteuid() != 0, "attacks are made by one user upon another, which only root can be both of")
@unittest.skipUnless(user_exists(USER), f"there is no user {USER} to attack as")
class RowAttack(EndToEnd):
    """Root's tick, a database of `init --group`, and a member of that group."""

    def setUp(self):
        super().setUp()
        self.box.configure(CONFIG)
        os.rmdir(self.box.state)
        self.box.escher("init", "--group", GROUP)

    def as_attacker(self, *command, **options):
        user = pwd.getpwnam(USER)
        return subprocess.run(["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}",
                               f"--groups={grp.getgrnam(GROUP).gr_gid}", *command],
                              check=True, cwd="/", env=self.box.environment, capture_output=True, text=True, **options)

    def attack(self, *statements):
        """Runs statements, each a text or a text with values, as the attacker; returns rows and rowid of the last."""
        wanted = [(one, []) if isinstance(one, str) else one for one in statements]
        done = self.as_attacker("/usr/bin/python3", "-c", CLIENT, self.box.database, input=json.dumps(wanted))
        return json.loads(done.stdout)

    def plant(self, **columns):
        """Creates a job by SQL as the attacker and returns its id."""
        marks = ", ".join("?" * len(columns))
        return self.attack((f"INSERT INTO job ({', '.join(columns)}) VALUES ({marks})", list(columns.values())))[1]

    @property
    def output(self):
        return os.path.join(self.box.state, "output")


class OutputFile(RowAttack):
    def test_a_row_does_not_tell_which_file_is_shown_or_pruned(self):
        self.box.configure(CONFIG + '[retention]\ncompleted = "1s"\n')
        job = self.plant(**GREETING)
        self.box.tick()
        victim = os.path.join(self.output, "audit.log")
        with open(victim, "w", encoding="utf-8") as file:
            file.write("secret of root\n")
        self.attack("UPDATE run SET output_file = 'audit.log'")
        self.assertEqual(self.box.log(job), "hello x\n")
        self.assertNotIn("audit.log", self.box.escher("show", "--json", job).out)
        self.attack("UPDATE job SET finished_at = 1600000000000")
        self.box.escher("prune")
        self.assertTrue(os.path.exists(victim), "pruning deleted a file that a row named")
        self.assertEqual(self.box.sql("SELECT count(*) FROM job"), [(0,)])
        self.assertEqual(self.box.output_files(), ["audit.log"], "pruning deletes the run's own file")


class OutputDirectory(RowAttack):
    """Where the output lies in the directory that the group writes."""

    def setUp(self):
        super().setUp()
        self.job = self.plant(**GREETING)
        self.box.tick()
        self.private = self.box.path("private")
        os.mkdir(self.private, 0o700)
        self.secret = os.path.join(self.private, f"{self.job}.1.log")
        with open(self.secret, "w", encoding="utf-8") as file:
            file.write("secret of root\n")

    def replace_by(self, target):
        self.as_attacker("mv", self.output, self.output + ".gone")
        self.as_attacker("ln", "-s", target, self.output)

    def test_nothing_is_read_through_a_link_in_its_place(self):
        self.replace_by(self.private)
        shown = self.box.escher("log", self.job, status=77)
        self.assertNotIn("secret", shown.out)
        self.assertIn("symbolic link", shown.err)

    def test_nothing_is_deleted_through_it(self):
        self.box.configure(CONFIG + '[retention]\ncompleted = "1s"\n')
        self.replace_by(self.private)
        self.attack("UPDATE job SET finished_at = 1600000000000")
        self.box.escher("prune", status=None)
        self.box.tick(status=None, silent=False)
        self.assertTrue(os.path.exists(self.secret), "pruning went through the link")

    def test_nothing_is_created_through_it(self):
        self.replace_by(self.private)
        second = self.plant(**GREETING)
        result = self.box.escher(status=None)
        self.assertEqual(os.listdir(self.private), [os.path.basename(self.secret)])
        self.assertNotIn(self.box.state_of(second), ("completed", "running"))
        self.assertIn("symbolic link", result.err, "a refusal says why")

    def test_a_slash_at_the_end_of_its_name_follows_no_link_either(self):
        self.box.configure(CONFIG + f'[output]\ndirectory = "{self.output}/"\n')
        self.replace_by(self.private)
        self.assertNotIn("secret", self.box.escher("log", self.job, status=None).out)
        self.plant(**GREETING)
        self.box.escher(status=None)
        self.assertEqual(os.listdir(self.private), [os.path.basename(self.secret)])

    def test_nothing_is_written_into_a_directory_of_somebody_elses(self):
        self.as_attacker("mv", self.output, self.output + ".gone")
        self.as_attacker("mkdir", "-m", "0777", self.output)
        second = self.plant(**GREETING)
        result = self.box.escher(status=None)
        self.assertEqual(os.listdir(self.output), [])
        self.assertNotIn(self.box.state_of(second), ("completed", "running"))
        self.assertIn("somebody else", result.err)

    def test_the_group_cannot_write_into_it(self):
        mode = stat.S_IMODE(os.stat(self.output).st_mode)
        self.assertEqual(mode & (stat.S_IWGRP | stat.S_IWOTH), 0, oct(mode))
        with self.assertRaises(subprocess.CalledProcessError):
            self.as_attacker("touch", os.path.join(self.output, "planted"))
        shown = self.as_attacker(BINARY, "log", str(self.job))
        self.assertEqual(shown.stdout, "hello x\n", "it may read there")

    def test_what_is_no_regular_file_of_one_name_is_not_shown(self):
        file = os.path.join(self.output, f"{self.job}.1.log")
        for plant in (lambda: os.link(self.secret, file), lambda: os.symlink(self.secret, file),
                      lambda: os.mkfifo(file)):
            os.unlink(file)
            plant()
            shown = self.box.escher("log", self.job, status=None)
            self.assertNotIn("secret", shown.out)
            self.assertNotEqual(shown.status, 0, shown)
