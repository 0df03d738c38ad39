"""What a member of the database's group puts beside our tables, or in their place: refused by name until it is gone."""

import os

from shared import GROUP, OWNER
from test_attacks_by_rows import GREETING, RowAttack

RUN_JOB = "CREATE INDEX run_job ON run (job, id)"
# Its text is put back with all others'.
JOB_KEPT = "CREATE TRIGGER job_kept BEFORE DELETE ON job BEGIN SELECT 2; END"

# What the attacker does, what undoes it, and what the refusal names.
OBJECTS = {
    "a trigger": (["CREATE TRIGGER evil AFTER UPDATE ON job BEGIN UPDATE job SET task = 'x'; END"],
                  ["DROP TRIGGER evil"], "evil"),
    "a trigger on what ticks write": (
        ["CREATE TRIGGER evil AFTER INSERT ON tick BEGIN INSERT INTO job (task) VALUES ('x'); END"],
        ["DROP TRIGGER evil"], "evil"),
    "a trigger of a view": (
        ["CREATE VIEW seen AS SELECT 1 AS id", "CREATE TRIGGER evil INSTEAD OF INSERT ON seen BEGIN SELECT 1; END"],
        ["DROP VIEW seen"], "seen"),
    "a trigger of ours that is gone": (["DROP TRIGGER job_kept"], [JOB_KEPT], "job_kept"),
    "a trigger of ours that does nothing": (
        ["DROP TRIGGER job_kept", "CREATE TRIGGER job_kept BEFORE DELETE ON job BEGIN SELECT 1; END"],
        ["DROP TRIGGER job_kept", JOB_KEPT], "job_kept"),
    "a view": (["CREATE VIEW evil AS SELECT * FROM job"], ["DROP VIEW evil"], "evil"),
    "a view in the place of a table": (
        ["ALTER TABLE note RENAME TO kept", "CREATE VIEW note AS SELECT * FROM kept"],
        ["DROP VIEW note", "ALTER TABLE kept RENAME TO note"], "note"),
    "a table of another name": (["ALTER TABLE note RENAME TO kept"], ["ALTER TABLE kept RENAME TO note"], "note"),
    "a virtual table in the place of one": (
        ["ALTER TABLE note RENAME TO kept", "CREATE VIRTUAL TABLE note USING fts5 (job, key, value, at)"],
        ["DROP TABLE note", "ALTER TABLE kept RENAME TO note"], "note"),
    "an index of others": (["CREATE INDEX evil ON job (abs(priority))"], ["DROP INDEX evil"], "evil"),
    "a unique index of others": (
        ["CREATE UNIQUE INDEX evil ON tick (version, pid, started_at)"], ["DROP INDEX evil"], "evil"),
    "an index of ours that is gone": (["DROP INDEX run_job"], [RUN_JOB], "run_job"),
    "an index of ours on something else": (
        ["DROP INDEX run_job", "CREATE INDEX run_job ON run (id, job)"], ["DROP INDEX run_job", RUN_JOB], "run_job"),
    "an index of ours with a collation": (
        ["DROP INDEX run_job", "CREATE INDEX run_job ON run (job COLLATE NOCASE, id)"],
        ["DROP INDEX run_job", RUN_JOB], "run_job"),
    "a column of others": (
        ["ALTER TABLE note ADD COLUMN evil DEFAULT 5"], ["ALTER TABLE note DROP COLUMN evil"], "note"),
    "a column that is computed": (
        ["ALTER TABLE note ADD COLUMN evil AS (hex(zeroblob(1000)))"], ["ALTER TABLE note DROP COLUMN evil"], "note"),
    "a column of another name": (
        ["ALTER TABLE note RENAME COLUMN at TO evil"], ["ALTER TABLE note RENAME COLUMN evil TO at"], "note"),
}

# What only who writes into the schema itself can do: what it replaces in which object.
FORGED = {
    "job": ("queue               TEXT,", "queue TEXT COLLATE NOCASE,"),
    "meta": ("key   TEXT PRIMARY KEY", "key TEXT COLLATE RTRIM PRIMARY KEY"),
    "run": ("message          TEXT,", "message TEXT DEFAULT (hex(zeroblob(1000000000))),"),
    "queue": ("paused_by    TEXT", "paused_by TEXT CHECK (paused_by IS NULL OR length(randomblob(100000000)) > 0)"),
    "job_due": ("'scheduled'", "'scheduled', 'completed'"),
    "job_birth": ("NEW.attempts <> 0", "NEW.attempts < 0"),
    "job_later": ("'scheduled' WHERE", "'available', task = 'evil' WHERE"),
}


class Schema(RowAttack):
    commands = ((), ("add", "--task", "greet", "-p", "name=x"), ("list",), ("prune",),
                ("init", "--group", GROUP, "--owner", OWNER))

    def setUp(self):
        super().setUp()
        self.innocent = self.plant(**GREETING)

    def assertRefused(self, name):
        for command in self.commands:
            result = self.box.escher(*command, status=None, timeout=20)
            self.assertEqual(result.status, 69, result)
            self.assertIn(name, result.err)
            self.assertIn(self.box.database, result.err)
        self.assertState(self.innocent, "available")

    def assertWorks(self):
        self.box.tick()
        self.assertState(self.innocent, "completed")
        self.innocent = self.plant(**GREETING)

    def test_what_others_add_take_away_or_exchange_is_refused_by_name(self):
        ours = self.box.sql("SELECT sql, name FROM sqlite_master WHERE sql IS NOT NULL")
        for what, (deeds, undo, name) in OBJECTS.items():
            with self.subTest(what):
                self.attack(*deeds)
                try:
                    self.assertRefused(name)
                finally:
                    # To rename is to write the text anew, which is not ours then.
                    version = self.box.sql("PRAGMA schema_version")[0][0] + len(undo)
                    self.attack(*undo, "PRAGMA writable_schema = ON",
                                *(("UPDATE sqlite_master SET sql = ? WHERE name = ?", list(one)) for one in ours),
                                f"PRAGMA schema_version = {version + 1}")
                self.assertWorks()

    def test_what_is_written_into_the_schema_itself_is_refused_by_name(self):
        for name, (old, new) in FORGED.items():
            with self.subTest(name):
                forge = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?"
                version = self.box.sql("PRAGMA schema_version")[0][0]
                self.attack("PRAGMA writable_schema = ON", (forge, [old, new, name]),
                            f"PRAGMA schema_version = {version + 1}")
                [[text]] = self.box.sql("SELECT sql FROM sqlite_master WHERE name = ?", name)
                self.assertIn(new, text)
                self.assertRefused(f"'{name}'")
                self.attack("PRAGMA writable_schema = ON", (forge, [new, old, name]),
                            f"PRAGMA schema_version = {version + 2}")
                self.assertWorks()

    def test_a_table_of_others_beside_ours_is_never_asked(self):
        self.attack("CREATE VIRTUAL TABLE evil USING fts5 (text)", "INSERT INTO evil VALUES ('x')")
        self.attack("DELETE FROM evil_data")  # whoever asked it would fail
        self.assertWorks()
        for command in self.commands[1:]:
            self.box.escher(*command)

    def test_what_sqlite_keeps_for_itself_leads_nowhere(self):
        """Statistics that mislead its planner, and the numbers that it counts on with."""
        self.assertWorks()
        lies = ("9223372036854775807 1 1 1 1", "unordered -1 x", "0 0 sz=1e999")
        self.attack("ANALYZE", *(f"UPDATE sqlite_stat1 SET stat = '{lie}' WHERE rowid % 3 = {number}"
                                 for number, lie in enumerate(lies)))
        self.assertWorks()
        for highest in (2**63 - 1, "x", 1e300, None, -2**63):
            with self.subTest(highest):
                self.attack(("UPDATE sqlite_sequence SET seq = ? WHERE name = 'run'", [highest]))
                result = self.box.escher(status=None, timeout=30)
                self.assertIn(result.status, (0, 69, 74, 78), result)
                self.assertState(self.innocent, "available" if result.status else "completed")
                self.attack("UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM run) WHERE name = 'run'")
                # A number that was given before may be an older state's: ticks hold, and a person decides.
                self.box.escher("accept", "--run", status=None)
                self.box.tick(status=None, silent=False)
                self.assertState(self.innocent, "completed")
                self.innocent = self.plant(**GREETING)

    def test_a_version_of_the_future_is_refused(self):
        self.attack("PRAGMA user_version = 2147483647")
        for command in self.commands:
            self.assertIn("newer", self.box.escher(*command, status=69).err)
        self.attack("PRAGMA user_version = 1")
        self.assertWorks()

    def test_temporary_things_are_their_makers_alone(self):
        self.attack("CREATE TEMP TRIGGER evil AFTER UPDATE ON job BEGIN SELECT RAISE(ABORT, 'evil'); END",
                    "CREATE TEMP TABLE meta (key, value)")
        self.assertTrue(os.path.exists(self.box.database))
        self.assertWorks()
