"""Rows that no honest client writes: that job becomes invalid, with the reason, and the rest run."""

import json
import sqlite3

from case import EndToEnd, not_fast

DEEP = "[" * 100_000 + "]" * 100_000

# What stands in the columns, as SQL, and what becomes of the job.
INVALID = {
    "command is a number": "command = 5",
    "command is a blob": "command = x'00ff00'",
    "command is no JSON": "command = 'echo hello'",
    "command is an empty text": "command = ''",
    "command is an empty array": "command = '[]'",
    "command is an object": "command = '{\"program\": \"echo\"}'",
    "command has a number in it": "command = '[\"echo\", 1]'",
    "command has null in it": "command = '[\"echo\", null]'",
    "command has an empty program": "command = '[\"\"]'",
    "command has a NUL in an argument": "command = '[\"echo\", \"a\\u0000b\"]'",
    "command has a raw NUL": "command = CAST(x'5b226563686f222c22610062225d' AS TEXT)",
    "command is invalid UTF-8": "command = CAST(x'5b226563686fff225d' AS TEXT)",
    "command is deep": f"command = '{DEEP}'",
    "command has something after it": "command = '[\"true\"] [\"true\"]'",
    "task is a number": "task = 7",
    "task does not exist": "task = 'nowhere'",
    "task has a NUL": "task = CAST(x'6f6b0066' AS TEXT)",
    "params is no JSON": "task = 'ok', params = '{'",
    "params is an array": "task = 'ok', params = '[]'",
    "params is unknown": "task = 'ok', params = '{\"n\": \"1\", \"m\": \"2\"}'",
    "params is missing": "task = 'ok', params = '{}'",
    "params does not match": "task = 'ok', params = '{\"n\": \"1; rm -rf /\"}'",
    "params matches only in part": "task = 'ok', params = '{\"n\": \"12x\"}'",
    "params has a newline after": "task = 'ok', params = '{\"n\": \"12\\n\"}'",
    "queue is a blob": "command = '[\"true\"]', queue = x'ff'",
    "queue is a NUL": "command = '[\"true\"]', queue = x'00'",
    "priority is a text": "command = '[\"true\"]', priority = 'high'",
    "priority is huge": "command = '[\"true\"]', priority = 9223372036854775807",
    "priority is infinite": "command = '[\"true\"]', priority = 9e999",
    "run_at is a text": "command = '[\"true\"]', run_at = 'tomorrow'",
    "run_at is a blob": "command = '[\"true\"]', run_at = x'01'",
    "timeout is a text": "command = '[\"true\"]', timeout = 'soon'",
    "timeout is negative": "command = '[\"true\"]', timeout = -1",
    "retries is negative": "command = '[\"true\"]', retries = -1",
    "retries is huge": "command = '[\"true\"]', retries = 9223372036854775807",
    "retries is a text": "command = '[\"true\"]', retries = 'many'",
}

# Odd, but no reason not to run, or not to wait: any of these states will do.
TOLERATED = {
    "name is a blob": ("command = '[\"true\"]', name = x'00ff'", ("completed", "invalid")),
    "name is invalid UTF-8": ("command = '[\"true\"]', name = CAST(x'ff1b5d' AS TEXT)", ("completed", "invalid")),
    "name is long": ("command = '[\"true\"]', name = hex(zeroblob(1000000))", ("completed", "invalid")),
    "created_by is a blob": ("command = '[\"true\"]', created_by = x'ff'", ("completed", "invalid")),
    "run_at is long ago": ("command = '[\"true\"]', run_at = -9223372036854775808", ("completed", "invalid")),
    "run_at is far ahead": ("command = '[\"true\"]', run_at = 9223372036854775807", ("scheduled", "invalid")),
    "run_at is a real": ("command = '[\"true\"]', run_at = 1.5", ("completed", "invalid")),
    "created_at is a text": ("command = '[\"true\"]', created_at = 'once'", ("completed", "invalid")),
    "timeout is huge": ("command = '[\"true\"]', timeout = 9223372036854775807", ("completed", "invalid")),
    "stdin is a number": ("command = '[\"true\"]', stdin = 12", ("completed", "invalid")),
    "unique_key is a blob": ("command = '[\"true\"]', unique_key = x'00'", ("completed", "invalid")),
    "concurrency_key is a blob": ("command = '[\"true\"]', concurrency_key = x'00ff'", ("completed", "invalid")),
    "nominal_at is a text": ("command = '[\"true\"]', schedule = 'none', nominal_at = 'x'", ("completed", "invalid")),
    "progress is a text": ("command = '[\"true\"]', progress = 'half'", ("completed", "invalid")),
    "cancel_requested_at is a text": ("command = '[\"true\"]', cancel_requested_at = 'x'",
                                      ("completed", "invalid", "cancelled")),
}

CONFIG = """
[run]
concurrency = 4
[task.ok]
argv = ["echo", "{n}"]
params = { n = "[0-9]+" }
[security]
commands = "any"
"""


class BadRows(EndToEnd):
    def setUp(self):
        super().setUp()
        self.box.configure(CONFIG)
        self.box.escher("init")

    def insert_sql(self, assignments):
        """Inserts a row with these columns; returns its id."""
        with self.box.connection() as connection:
            columns, values = zip(*(piece.split(" = ", 1) for piece in split_assignments(assignments)))
            return connection.execute(f"INSERT INTO job ({', '.join(columns)}) VALUES ({', '.join(values)})").lastrowid

    def test_each_becomes_invalid_with_a_reason_and_the_others_run(self):
        good = [self.box.insert(command=["echo", "first"])]
        bad = {}
        for name, assignments in INVALID.items():
            try:
                bad[name] = self.insert_sql(assignments)
            except sqlite3.IntegrityError:
                continue  # refused at the door, which is better still
        odd = {}
        for name, (assignments, _) in TOLERATED.items():
            try:
                odd[name] = self.insert_sql(assignments)
            except sqlite3.IntegrityError:
                continue
        good.append(self.box.insert(task="ok", params={"n": "42"}))
        good.append(self.box.insert(command=["echo", "last"], priority=19))
        self.assertGreater(len(bad), 25)
        self.box.tick()
        for job in good:
            self.assertState(job, "completed")
        states = {name: self.box.sql("SELECT state, reason FROM job WHERE id = ?", job)[0] for name, job in bad.items()}
        wrong = {name: state for name, state in states.items() if state[0] != "invalid" or not state[1]}
        self.assertEqual(wrong, {})
        odd_states = {name: self.box.state_of(job) for name, job in odd.items()}
        wrong = {name: state for name, state in odd_states.items() if state not in TOLERATED[name][1]}
        self.assertEqual(wrong, {})
        self.assertEqual(self.box.sql("SELECT count(*) FROM run JOIN job ON job.id = run.job WHERE state = 'invalid'"),
                         [(0,)])
        # And every command that shows jobs copes.
        json.loads(self.box.escher("list", "--json", "-a", "-n", "1000").out)
        self.box.escher("list", "-a", "-v", "-n", "1000")
        self.box.escher("status")
        self.box.escher("plan")
        for job in (*bad.values(), *odd.values()):
            json.loads(self.box.escher("show", "--json", job).out)
            self.box.escher("show", job)

    @not_fast
    def test_a_payload_of_200_megabytes_harms_nobody(self):
        for column in ("command", "params", "stdin", "name", "queue", "task"):
            with self.box.connection() as connection:
                value = {"command": "'[\"echo\",\"' || hex(zeroblob(100000000)) || '\"]'",
                         "params": "'{\"n\":\"' || hex(zeroblob(100000000)) || '\"}'",
                         "stdin": "zeroblob(200000000)"}.get(column, "hex(zeroblob(100000000))")
                columns = {"command": "command", "task": "task", "params": "task, params"}.get(column, f"command, {column}")
                values = {"command": value, "task": value, "params": f"'ok', {value}"}.get(column, f"'[\"true\"]', {value}")
                huge = connection.execute(f"INSERT INTO job ({columns}) VALUES ({values})").lastrowid
            good = self.box.insert(command=["echo", "good"])
            self.box.tick(timeout=120)
            self.assertState(good, "completed")
            state = self.box.state_of(huge)
            allowed = ("completed", "invalid") if column in ("stdin", "name") else ("invalid", "failed")
            self.assertIn(state, allowed, column)
            if state != "completed":
                reason = self.box.reason_of(huge)
                self.assertTrue(reason)
                self.assertLess(len(reason), 5000, "the reason does not repeat the payload")
            self.assertLess(len(self.box.escher("list").out), 100_000)
            self.box.sql("DELETE FROM run WHERE job = ?", huge)
            self.box.sql("DELETE FROM job WHERE id = ?", huge)

    def test_what_a_hostile_row_asks_for_reaches_no_shell(self):
        self.box.configure(CONFIG.replace("[0-9]+", ".*"))
        evil = "$(touch " + self.box.path("owned") + "); `id`; | cat"
        job = self.box.insert(task="ok", params={"n": evil})
        self.box.tick()
        self.assertEqual(self.box.log(job), evil + "\n")

    def test_a_rows_message_and_note_of_wrong_types_are_shown_somehow(self):
        job = self.box.insert(command=["true"])
        self.box.sql("INSERT INTO message (job, text) VALUES (?, x'ff00')", job)
        self.box.sql("INSERT INTO note (job, key, value) VALUES (?, 'k', 'not json')", job)
        self.box.sql("INSERT INTO note (job, key, value) VALUES (?, x'ff', x'ff')", job)
        self.box.tick()
        json.loads(self.box.escher("show", "--json", job).out)
        self.box.escher("show", job)

    def test_triggers_and_views_of_others_are_refused(self):
        self.box.insert(command=["true"])
        for name, statement in (
                ("trigger", "CREATE TRIGGER evil AFTER UPDATE ON job BEGIN DELETE FROM note; END"),
                ("view", "CREATE VIEW evil AS SELECT * FROM job"),
                ("temp", "DROP TRIGGER job_birth"),
                ("other", "CREATE TRIGGER job_birth BEFORE INSERT ON job BEGIN SELECT 1; END")):
            self.box.sql(statement)
            result = self.box.escher(status=69)
            self.assertIn(self.box.database, result.err, name)
            self.box.escher("add", "--", "true", status=69)
            if name in ("trigger", "view"):
                self.box.sql(f"DROP {name} evil")
                self.box.tick()


def split_assignments(text):
    """Splits "a = 1, b = 'x, y'" at the commas between assignments."""
    pieces = []
    for piece in text.split(", "):
        head = piece.split(" = ", 1)[0]
        if pieces and not head.replace("_", "").isalpha():
            pieces[-1] += ", " + piece
        else:
            pieces.append(piece)
    return pieces
