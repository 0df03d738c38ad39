"""What stands in rows and what jobs print steers no terminal; secrets of the config and of the tick stay with them."""

import errno
import fcntl
import json
import os
import pty
import re
import select
import struct
import termios

from sandbox import BINARY
from shared import as_member
from test_attacks_by_rows import USER, RowAttack

# Title, clearing, an answer-back, C1 controls, a bell, a return, a bidi override, a delete, an unfinished string.
EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[6n\x9b31m\x9d0;x\x9c\x07\rover\u202eevil\x7f\x08\x08\x1bP\x1b]52;c;aWQ=\x07"

# What no terminal may get of rows: controls but newlines, tabs and returns at the end of lines; overrides of direction.
STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
COLOUR = re.compile("\x1b\\[[0-9;]*m|\x1b\\[K")
# The live displays move the cursor by sequences of their own.
OWN = re.compile("\x1b\\[[0-9;?]*[A-HJKhlm]|\r")

TASKS = """
[task.greet]
argv = ["echo", "hello {name}"]
params = { name = "[a-z]{1,20}" }
[task.print]
argv = ["printf", '\\033]0;owned\\007\\033[2J\\233 31m\\r\\302\\233x']
[schedule.nightly]
cron = "30 3 * * *"
timezone = "UTC"
argv = ["true"]
"""


def on_terminal(box, *words, colour="never"):
    """What the command writes to a terminal, stderr included."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))
    child = box.start(*words, "--color", colour, stdin=slave, stdout=slave, stderr=slave, env={"TERM": "xterm"})
    os.close(slave)
    text = b""
    while True:
        if not select.select([master], [], [], 60)[0]:
            child.kill()
            raise AssertionError(f"{words} went silent: {text[-2000:]!r}")
        try:
            piece = os.read(master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            piece = b""
        if not piece:
            break
        text += piece
    os.close(master)
    child.wait()
    return text.decode("utf-8", "surrogateescape")


class Escapes(RowAttack):
    toml = TASKS

    def setUp(self):
        super().setUp()
        self.innocent = self.plant(task="greet", params='{"name": "x"}')
        self.printed = self.plant(task="print")
        self.box.tick()
        first = self.plant(task=EVIL, params=json.dumps({EVIL: EVIL}), name=EVIL, created_by=EVIL, queue=EVIL,
                           unique_key=EVIL, concurrency_key=EVIL)
        second = self.plant(command=json.dumps([EVIL, EVIL]), schedule=EVIL, run_at=4_000_000_000_000)
        third = self.plant(task="greet", params='{"name": "x"}', name=EVIL, created_by=EVIL, run_at=4_000_000_000_000)
        self.jobs = (self.innocent, self.printed, first, second, third)
        self.attack(
            ("UPDATE job SET progress = 50, progress_text = ?, reason = ?, name = ?", [EVIL] * 3),
            ("UPDATE run SET message = ?, error = 2, outcome = 'not_started', output_file = ?, boot_id = ?, queue = ?",
             [EVIL] * 4),
            *(("INSERT INTO message (job, text) VALUES (?, ?)", [job, EVIL]) for job in self.jobs),
            *(("INSERT INTO note (job, key, value) VALUES (?, ?, ?)", [job, EVIL, EVIL]) for job in self.jobs),
            ("INSERT INTO queue (name, paused_by, reason) VALUES (?, ?, ?)", [EVIL] * 3),
            ("INSERT INTO queue (name, paused_by, reason) VALUES ('default', ?, ?)", [EVIL] * 2),
            ("UPDATE tick SET error = ?, version = ?", [EVIL] * 2),
            ("INSERT INTO occurrence (schedule, nominal_at, result, reason, decided_at) VALUES (?, 1, 'skipped', ?, 1)",
             [EVIL] * 2),
            ("UPDATE schedule SET definition = ?", [EVIL]),
            ("INSERT INTO schedule (name, definition, since) VALUES (?, ?, 1)", [EVIL] * 2),
            ("INSERT INTO meta (key, value) VALUES (?, ?)", [EVIL] * 2))

    def commands(self):
        yield from (("list", "-a", "-v"), ("list", "-a"), ("status",), ("status", "-v"), ("plan",), ("next",),
                    ("check",), ("check", "--full"), ("prune", "-v"), ("accept", "--list"), ("pause", EVIL),
                    ("resume", EVIL), ("list", "--queue", EVIL), ("show", EVIL), ("add", "--task", EVIL), ("metrics",))
        for job in self.jobs:
            yield from (("show", job), ("show", "-v", job), ("log", job), ("wait", "--timeout", "1ms", job),
                        ("cancel", job), ("retry", job))

    def test_no_column_steers_a_terminal(self):
        for words in self.commands():
            for colour in ("never", "always"):
                with self.subTest(words=words, colour=colour):
                    text = on_terminal(self.box, *words, colour=colour)
                    self.assertNotIn("\x1b[2J", text)
                    if words[0] == "wait":
                        text = OWN.sub("", text)
                    found = STEERING.search(COLOUR.sub("", text) if colour == "always" else text)
                    self.assertIsNone(found, f"{found} in {text[:3000]!r}")

    def test_nor_in_a_pipe_but_for_what_log_copies(self):
        for words in self.commands():
            if words[0] == "log":
                continue
            with self.subTest(words):
                result = self.box.escher(*words, status=None)
                if words[0] in ("list", "show") and words[-1] != EVIL:
                    self.assertIn("x1b]0;owned", result.out, "it is shown, escaped")
                found = STEERING.search(result.out + result.err)
                self.assertIsNone(found, str(result))

    def test_nor_does_a_tick_on_a_terminal(self):
        self.attack("DELETE FROM queue")
        for words in (("--once",), ("--once", "-v")):
            self.attack(("INSERT INTO job (task, params, name, created_by) VALUES ('greet', ?, ?, ?)",
                         ['{"name": "y"}', EVIL, EVIL]),
                        ("INSERT INTO job (task, name) VALUES ('print', ?)", [EVIL]),
                        ("INSERT INTO job (task, name) VALUES (?, ?)", [EVIL] * 2))
            text = on_terminal(self.box, *words)
            found = STEERING.search(OWN.sub("", text))
            self.assertIsNone(found, f"{found} in {text!r}")
            self.assertNotIn("\x1b[2J", text)
        states = self.box.sql("SELECT state FROM job WHERE params = ?", '{"name": "y"}')
        self.assertEqual(states, [("completed",)] * 2)


class Secrets(RowAttack):
    CANARIES = {"of the config": "canary-4f1c", "of a task": "canary-93ab", "of the tick": "canary-d07e"}

    def setUp(self):
        super().setUp()
        self.configure(f"""
[environment]
set = {{ API_KEY = "{self.CANARIES['of the config']}" }}
[task.greet]
argv = ["echo", "hello {{name}}"]
params = {{ name = "[a-z]{{1,20}}" }}
environment = {{ PASSWORD = "{self.CANARIES['of a task']}" }}
[task.missing]
argv = ["/no/such/program"]
[task.fails]
argv = ["sh", "-c", "exit 3"]
[task.environment]
argv = ["sh", "-c", 'env | grep canary-d0; cat /proc/$PPID/environ 2>/dev/null | tr "\\000" "\\n" | grep canary; :']
user = "nobody"
directory = "/"
""")
        self.secret = {"TICK_TOKEN": self.CANARIES["of the tick"], "LD_PRELOAD_X": self.CANARIES["of the tick"]}

    def test_they_are_in_no_row_no_output_and_no_word(self):
        jobs = [self.plant(task="greet", params='{"name": "x"}'), self.plant(task="greet", params='{"name": "1"}'),
                *(self.plant(task=task) for task in ("missing", "fails", "environment", "nowhere"))]
        told = [self.box.escher(status=None, env=self.secret)]
        self.assertEqual(self.box.log(jobs[0]), "hello x\n")
        self.assertState(jobs[4], "completed")
        self.assertEqual(self.box.log(jobs[4]), "")
        for words in (("list", "-a", "-v"), ("list", "-a", "--json"), ("status",), ("status", "--json"),
                      ("status", "-v"), ("plan",), ("plan", "--json"), ("next",), ("check",), ("check", "--full"),
                      ("check", "--json"), ("metrics",), ("add", "--task", "greet"), ("--once", "-v"),
                      ("add", "--task", "greet", "-p", "name=1"), *(("show", "--json", job) for job in jobs),
                      *(("show", "-v", job) for job in jobs), *(("log", job) for job in jobs)):
            told.append(self.box.escher(*words, status=None, env=self.secret))
            told.append(self.box.escher(*words, status=None, env={"TICK_TOKEN": "x"}, program=as_member(USER, BINARY)))
        files = [self.box.database, self.box.database + "-wal",
                 *(os.path.join(self.output, name) for name in os.listdir(self.output))]
        for what, canary in self.CANARIES.items():
            with self.subTest(what):
                for result in told:
                    self.assertNotIn(canary, result.out + result.err)
                for name in filter(os.path.exists, files):
                    with open(name, "rb") as file:
                        self.assertNotIn(canary.encode(), file.read(), name)

    def test_nor_where_the_config_is_for_root_alone(self):
        os.chmod(self.box.config, 0o600)
        for words in (("list",), ("check",), ("add", "--task", "greet", "-p", "name=x"), ()):
            result = self.box.escher(*words, status=None, program=as_member(USER, BINARY))
            self.assertNotEqual(result.status, 0, result)
            self.assertIn(self.box.config, result.out + result.err)
            self.assertNotIn("canary", result.out + result.err)
