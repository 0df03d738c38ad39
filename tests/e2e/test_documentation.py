"""What README and the manual pages say is so: their examples run, and no command, option or config key is missing."""

import json
import os
import re
import sqlite3
import subprocess

from case import EndToEnd, as_root

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SYSTEM_DATABASE = "/var/lib/escher-cron/escher-cron.db"

TASKS = """
[security]
commands = "any"
[task.thumbnails]
argv = ["echo", "album", "{album}"]
params = { album = "[0-9]{1,9}" }
[task.rebuild]
argv = ["echo", "rebuilt"]
[task.export]
argv = ["echo", "exported"]
[task.upload]
argv = ["echo", "uploaded"]
[task.nightly]
argv = ["echo", "by night"]
[task.invoice]
argv = ["echo", "order", "{order}"]
params = { order = "[0-9]+" }
"""


def read(*names):
    with open(os.path.join(TOP, *names), encoding="utf-8") as file:
        return file.read()


def without_macros(page):
    """The text of a manual page's literal block or line as it is printed."""
    return page.replace("\\e", "\\").replace("\\-", "-").replace("\\(dq", '"')


class DatabaseExamples(EndToEnd):
    """escher-cron-db(7), section by section."""

    def setUp(self):
        super().setUp()
        self.page = read("man", "escher-cron-db.7")
        self.box.configure(TASKS)
        self.box.escher("init")

    def examples(self, title):
        section = re.search(rf"^\.S[sh] {re.escape(title)}\n(.*?)(?=^\.S[sh] |\Z)", self.page, re.S | re.M)
        self.assertIsNotNone(section, title)
        blocks = re.findall(r"^\.Bd -literal -offset indent\n(.*?)^\.Ed", section[1], re.S | re.M)
        self.assertTrue(blocks, title)
        return [without_macros(block).replace(SYSTEM_DATABASE, self.box.database) for block in blocks]

    def example(self, title):
        return self.examples(title)[0]

    def script(self, title):
        with self.box.connection() as connection:
            connection.executescript(self.example(title))

    def states(self):
        return dict(self.box.sql("SELECT coalesce(task, name), state FROM job"))

    def test_creating(self):
        self.script("Creating")
        self.box.tick()
        self.assertEqual(self.states(), {"thumbnails": "completed", "compress": "scheduled"})
        self.assertEqual(self.box.log(1), "album 42\n")

    def test_polling(self):
        self.script("Creating")
        token = self.box.sql("SELECT token FROM job WHERE id = 1")[0][0]
        self.assertEqual(self.box.sql(self.example("Polling"), token), [("available", None, None, None)])

    def test_only_one_at_a_time(self):
        insert, select = self.example("Only one at a time").split(";")[:2]
        for _ in range(2):
            self.box.sql(insert)
            self.assertEqual([row[0] for row in self.box.sql(select)], [1])
        self.box.tick()
        self.box.sql(insert)
        (second, _), = self.box.sql(select)
        self.assertGreater(second, 1)

    def test_dependencies(self):
        self.script("Dependencies")
        self.assertIn("waits for job 1", self.box.show(2)["reason"])
        self.box.tick()
        self.assertEqual(self.states(), {"export": "completed", "upload": "completed"})

    def test_cancelling(self):
        self.script("Dependencies")
        token = self.box.sql("SELECT token FROM job WHERE task = 'export'")[0][0]
        self.box.sql(self.example("Cancelling"), token)
        self.assertState(1, "cancelled", "by the customer")
        self.box.tick()
        self.assertState(2, "cancelled", "job 1")

    def test_from_inside_a_job(self):
        statements = [text for text in self.example("From inside a job").split(";") if text.strip()]
        script = self.box.write("tell.py", f"""
import os, sqlite3
db = sqlite3.connect({self.box.database!r}, timeout=10, isolation_level=None)
db.execute("PRAGMA wal_autocheckpoint = 0")
for statement in {statements!r}:
    values = {{name: os.environ[name] for name in ("ESCHER_JOB_ID", "ESCHER_RUN_ID")}}
    assert db.execute(statement, values).rowcount == 1, statement
""")
        job = self.box.add("python3", script)
        self.box.tick()
        self.assertState(job, "completed")
        shown = self.box.show(job)
        self.assertEqual((shown["progress"], shown["progress_text"]), (75, "3 of 4"))
        self.assertEqual(shown["messages"][0]["text"], "three are done")
        self.assertEqual((shown["notes"][0]["key"], shown["notes"][0]["value"]), ("rows", 1200))

    def test_pausing(self):
        pause, resume = self.example("Pausing").split(";")[:2]
        self.box.sql(pause)
        job = self.box.add("true", options=["--queue", "mail"])
        self.box.tick()
        self.assertIn("the relay is being replaced", self.box.show(job)["reason"])
        self.box.sql(resume)
        self.assertNotIn("paused", self.box.show(job)["reason"])

    def test_does_cron_still_start_ticks(self):
        self.box.tick()
        self.assertLess(self.box.sql(self.example("Does cron still start ticks?"))[0][0], 60)

    def test_the_sqlite3_shell(self):
        subprocess.run(["sh", "-c", self.example("The sqlite3 shell")], check=True, stdout=subprocess.DEVNULL)
        self.box.tick()
        self.assertEqual(self.states(), {"nightly": "completed"})

    def php(self, title):
        subprocess.run(["php", "-d", "display_errors=stderr", "-r", self.example(title)], check=True)
        self.box.tick()
        self.assertEqual(self.states(), {"thumbnails": "completed"})

    def test_php_pdo(self):
        self.php("PHP, PDO")

    def test_php_sqlite3(self):
        self.php("PHP, SQLite3")

    def test_python(self):
        names = {}
        exec(self.example("Python"), names)  # the page is ours
        names["db"].close()
        self.assertEqual((names["job"], names["state"]), (1, "available"))
        self.box.tick()
        self.assertEqual(self.states(), {"thumbnails": "completed"})

    def test_prefix(self):
        shop = self.box.path("state", "shop.db")
        with sqlite3.connect(shop) as connection:
            connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, total INTEGER)")
        connection.close()
        os.chmod(shop, 0o600)
        self.box.configure('table_prefix = "escher_"\n' + TASKS, database=shop)
        self.box.escher("init")
        with self.box.connection(database=shop) as connection:
            connection.executescript(self.example("PREFIX"))
            self.box.tick()
            self.assertEqual(connection.execute("SELECT task, state FROM escher_job").fetchall(),
                             [("invoice", "completed")])
        self.assertEqual(self.box.log(1), "order 1\n")


class Readme(EndToEnd):
    def page(self, name):
        block = re.search(rf"```php\n(<\?php // {re.escape(name)}\n.*?)```", read("README.md"), re.S)
        self.assertIsNotNone(block, name)
        return self.box.write(name, block[1].replace(SYSTEM_DATABASE, self.box.database))

    def request(self, name, **variables):
        set_up = "".join(f"${key} = json_decode($argv[{number}], true); "
                         for number, key in enumerate(variables, start=2))
        result = subprocess.run(["php", "-d", "display_errors=stderr", "-r", set_up + "include $argv[1];", self.page(name),
                                 *(json.dumps(value) for value in variables.values())],
                                check=True, capture_output=True, text=True)
        self.assertEqual(result.stderr, "")
        return result.stdout

    def test_the_pages_create_a_job_and_poll_it(self):
        self.box.configure(TASKS)
        self.box.escher("init")
        answer = self.request("create.php", _POST={"album": "42"})
        self.assertIn("Check back in a few minutes", answer)
        token = re.search(r"job=([0-9a-f]{32})", answer)[1]
        self.assertEqual(json.loads(self.request("status.php", _GET={"job": token}))["state"], "available")
        self.box.tick()
        status = json.loads(self.request("status.php", _GET={"job": token}))
        self.assertEqual(status["state"], "completed")
        self.assertIsNotNone(status["finished_at"])
        self.assertEqual(json.loads(self.request("status.php", _GET={"job": "nobody's"})), {"error": "no such job"})

    def test_its_config_is_one(self):
        for block in re.findall(r"```toml\n(.*?)```", read("README.md"), re.S):
            self.box.configure(block)
            self.box.escher("next")


class ManualPages(EndToEnd):
    def options_of(self, *command):
        text = self.box.escher(*command, "--help").out
        return re.findall(r"^ +(?:-\w, |    )(--[a-z-]+)", text, re.M)

    def commands(self):
        names = re.findall(r"^  ([a-z]+) {2,}\S", self.box.escher("--help").out, re.M)
        self.assertGreater(len(names), 10)
        return names

    def test_every_command_and_option_is_described(self):
        page = without_macros(read("man", "escher-cron.1"))
        for option in self.options_of():
            self.assertRegex(page, rf"\.(It|Nm) .*Fl (. , )?{option[1:]}\b", option)
        for command in self.commands():
            self.assertRegex(page, rf"\.It Nm Cm {command}\b", command)
            for option in self.options_of(command):
                self.assertRegex(page, rf"Fl (. [,|] )?{option[1:]}\b", f"{command} {option}")

    def test_every_config_key_is_described_in_its_section(self):
        page = read("man", "escher-cron.toml.5")
        sections = dict(re.findall(r"^\.Ss \[([a-z.]+[A-Z]*)\]\n(.*?)(?=^\.S[sh] )", page, re.S | re.M))
        described = {name: set(re.findall(r"Cm ([a-z_]+) No \(", text)) for name, text in sections.items()}
        seen = 0
        section = None
        for line in read("etc", "escher-cron.toml").splitlines():
            if header := re.match(r"#? ?\[([a-z]+)(\.[a-z]+)?\]", line):
                named = header[1] in ("queue", "task", "schedule")
                section = header[1] + (".NAME" if named else "")
                if header[2] == ".limits":
                    section = None
            elif section and (key := re.match(r"#? ?([a-z_]+) = ", line)):
                known = described[section] | (described["defaults"] if section.endswith("NAME") else set())
                self.assertIn(key[1], known, f"[{section}] {key[1]}")
                seen += 1
        self.assertGreater(seen, 40)

    @as_root
    def test_the_example_of_the_config_page_is_a_config(self):
        examples = re.search(r"^\.Sh EXAMPLES\n.*?^\.Bd -literal -offset indent\n(.*?)^\.Ed",
                             read("man", "escher-cron.toml.5"), re.S | re.M)[1]
        self.box.configure(without_macros(examples))
        lines = self.box.escher("next").out
        self.assertIn("backup", lines)
        self.assertIn("poll", lines)
