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
