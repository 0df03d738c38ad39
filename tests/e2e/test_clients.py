"""Jobs that are created by plain SQL, from the languages that people have."""

import json
import os
import sqlite3
import subprocess

from case import EndToEnd

CLIENT_PHP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "client.php")


class Clients(EndToEnd):
    def setUp(self):
        super().setUp()
        self.box.escher("init")

    def test_the_sqlite3_shell_creates_a_job(self):
        subprocess.run(["sqlite3", self.box.database,
                        "INSERT INTO job (command) VALUES ('[\"echo\", \"from the shell\"]');"], check=True)
        self.box.tick()
        self.assertState(1, "completed")
        self.assertEqual(self.box.log(1), "from the shell\n")

    def test_python_creates_a_job_in_a_transaction_of_its_own(self):
        connection = sqlite3.connect(self.box.database)
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        with connection:
            connection.execute("INSERT INTO job (command) VALUES (?)", (json.dumps(["echo", "kept"]),))
        connection.execute("INSERT INTO job (command) VALUES (?)", (json.dumps(["echo", "rolled back"]),))
        connection.rollback()
        connection.close()
        self.box.tick()
        self.assertEqual(self.box.sql("SELECT id, state FROM job"), [(1, "completed")])
        self.assertEqual(self.box.log(1), "kept\n")

    def php(self, way):
        held = self.box.held()
        command = json.dumps(["sh", "-c", f"{held.script}; echo done"])
        page = subprocess.Popen(["php", CLIENT_PHP, way, self.box.database, command], env=self.box.environment,
                                stdout=subprocess.PIPE, text=True)
        token = page.stdout.readline().strip()
        self.assertRegex(token, "^[0-9a-f]{32}$")
        tick = self.box.start()
        held.wait_started()
        held.release()
        last = json.loads(page.communicate(timeout=self.patient(60))[0])
        self.box.finish(tick)
        self.assertEqual(page.returncode, 0)
        self.assertEqual(last["token"], token)
        self.assertEqual(last["last"]["state"], "completed")
        self.assertEqual(self.box.log(token), "done\n")
        self.assertEqual(self.box.show(1)["created_by"], "shop")

    def test_a_php_page_creates_a_job_through_pdo_and_polls_it_to_completion(self):
        self.php("pdo")

    def test_a_php_page_creates_a_job_through_the_sqlite3_class_and_polls_it_to_completion(self):
        self.php("sqlite3")

    def test_a_job_with_everything_a_client_may_say(self):
        job = self.box.insert(command=["cat"], name="all of it", stdin="what it reads", queue="web", priority=-3,
                              timeout=60000, retries=2, unique_key="u", concurrency_key="k", created_by="a page")
        self.box.tick()
        shown = self.box.show(job)
        self.assertEqual((shown["name"], shown["queue"], shown["priority"], shown["state"], shown["created_by"]),
                         ("all of it", "web", -3, "completed", "a page"))
        self.assertEqual(self.box.log(job), "what it reads")

    def test_now_is_exact_to_the_millisecond(self):
        """A job that is due now is available, not scheduled for the millisecond that a rounding has lost."""
        now = "CAST(strftime('%s', 'now') AS INTEGER) * 1000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER)"
        with self.box.connection() as connection:
            for _ in range(500):
                connection.execute(f"INSERT INTO job (command, run_at) VALUES ('[\"true\"]', {now})")
                row = connection.execute(f"INSERT INTO job (command) VALUES ('[\"true\"]') RETURNING run_at - ({now})")
                self.assertEqual(row.fetchall(), [(0,)])
            self.assertEqual(connection.execute("SELECT DISTINCT state FROM job").fetchall(), [("available",)])

    def test_a_job_of_the_future_becomes_scheduled_whatever_its_row_says(self):
        job = self.box.insert(command=["true"], run_at=32503680000000)
        self.assertState(job, "scheduled")
        self.box.tick()
        self.assertState(job, "scheduled")

    def test_impossible_rows_and_transitions_are_refused(self):
        job = self.box.insert(command=["true"])
        for statement in (
                "INSERT INTO job (name) VALUES ('no work')",
                "INSERT INTO job (command, task) VALUES ('[]', 'both')",
                "INSERT INTO job (command, state) VALUES ('[\"true\"]', 'completed')",
                "INSERT INTO job (command, state) VALUES ('[\"true\"]', 'nonsense')",
                "INSERT INTO job (command, attempts) VALUES ('[\"true\"]', -1)",
                f"UPDATE job SET state = 'completed' WHERE id = {job}",
                f"UPDATE job SET state = 'running' WHERE id = {job}",
                f"UPDATE job SET token = 'mine' WHERE id = {job}",
                f"DELETE FROM job WHERE id = {job}",
                f"INSERT INTO dependency (job, needs) VALUES ({job}, {job})",
                f"INSERT INTO dependency (job, needs) VALUES ({job}, 4711)"):
            with self.assertRaises(sqlite3.IntegrityError, msg=statement):
                self.box.sql(statement)
        self.assertState(job, "available")

    CANCEL = """
        UPDATE job SET cancel_requested_at = strftime('%s', 'now') * 1000, reason = 'by the customer'
        WHERE id = ? AND finished_at IS NULL
    """

    def test_a_waiting_job_is_cancelled_by_sql(self):
        job = self.box.insert(command=["true"])
        self.box.sql(self.CANCEL, job)
        self.box.tick()
        self.assertState(job, "cancelled", "by the customer")
        self.assertEqual(self.box.outcomes_of(job), [])

    def test_a_running_job_is_cancelled_by_sql(self):
        held = self.box.held()
        job = self.box.shell(held.script)
        tick = self.box.start()
        held.wait_started()
        self.box.sql(self.CANCEL, job)
        self.box.finish(tick)
        self.assertState(job, "cancelled", "by the customer")
        self.assertEqual(self.box.outcomes_of(job), ["cancelled"])

    def test_a_queue_is_paused_by_sql(self):
        self.box.sql("INSERT INTO queue (name, paused_by, reason) VALUES ('mail', 'deploy', 'relay replaced')")
        job = self.box.insert(command=["true"], queue="mail")
        self.box.tick()
        self.assertState(job, "available")
        reason = self.box.show(job)["reason"]
        self.assertIn("deploy", reason)
        self.assertIn("relay replaced", reason)
        self.box.sql("DELETE FROM queue WHERE name = 'mail'")
        self.box.tick()
        self.assertState(job, "completed")

    def test_the_tables_can_live_in_the_applications_own_file_under_a_prefix(self):
        file = self.box.path("state", "shop.db")
        with self.box.connection(database=file) as shop:
            shop.execute("CREATE TABLE article (id INTEGER PRIMARY KEY, price INTEGER)")
            shop.execute("CREATE TABLE job (id INTEGER PRIMARY KEY, title TEXT)")
            shop.execute("CREATE VIEW cheap AS SELECT * FROM article WHERE price < 10")
            shop.execute("PRAGMA user_version = 41")
        os.chmod(file, 0o600)
        with open(self.box.config, "w", encoding="utf-8") as config:
            config.write(f'[database]\npath = "{file}"\ntable_prefix = "escher_"\n[security]\ncommands = "any"\n')
        self.box.escher("init")
        with self.box.connection(database=file) as shop:
            shop.execute("BEGIN IMMEDIATE")
            shop.execute("INSERT INTO article (price) VALUES (3)")
            shop.execute("INSERT INTO escher_job (command) VALUES ('[\"echo\", \"together\"]')")
            shop.execute("COMMIT")
            shop.execute("BEGIN IMMEDIATE")
            shop.execute("INSERT INTO article (price) VALUES (4)")
            shop.execute("INSERT INTO escher_job (command) VALUES ('[\"echo\", \"never\"]')")
            shop.execute("ROLLBACK")
        self.box.tick()
        with self.box.connection(database=file) as shop:
            self.assertEqual(shop.execute("SELECT id, state FROM escher_job").fetchall(), [(1, "completed")])
            self.assertEqual(shop.execute("PRAGMA user_version").fetchall(), [(41,)])
            self.assertEqual(shop.execute("SELECT count(*) FROM job").fetchall(), [(0,)])
        self.assertEqual(self.box.log(1), "together\n")


class InsideJobs(EndToEnd):
    """Jobs in several languages that tell how far they are, through the command line and through SQL."""

    def check(self, job):
        self.box.tick()
        shown = self.box.show(job)
        self.assertEqual(shown["state"], "completed", self.box.log(job))
        self.assertEqual((shown["progress"], shown["progress_text"]), (75, "three of four"))
        self.assertEqual([message["text"] for message in shown["messages"]], ["hello from within"])
        self.assertIn('"rows"', json.dumps(shown["notes"]))

    def script(self, suffix, text):
        from sandbox import BINARY
        return self.box.write("job." + suffix, text.replace("BINARY", BINARY))

    def test_sh(self):
        self.check(self.box.add("sh", self.script("sh", """
            set -e
            BINARY progress 3/4 'three of four'
            BINARY message 'hello from within'
            BINARY note result '{"rows": 7}'
        """)))

    def test_php(self):
        self.check(self.box.add("php", self.script("php", """<?php
            function tell(string ...$words) {
                exec('BINARY ' . implode(' ', array_map('escapeshellarg', $words)), $output, $status);
                if ($status !== 0) exit(1);
            }
            tell('progress', '75', 'three of four');
            tell('message', 'hello from within');
            tell('note', 'result', json_encode(['rows' => 7]));
        """)))

    def test_python(self):
        self.check(self.box.add("python3", self.script("py", """
import subprocess
for words in (["progress", "75%", "three of four"], ["message", "hello from within"],
              ["note", "result", '{"rows": 7}']):
    subprocess.run(["BINARY", *words], check=True, capture_output=True)
""")))

    def test_sql(self):
        """As escher-cron-db(7) says: fenced by the run."""
        self.check(self.box.add("python3", self.script("py", f"""
import os, sqlite3
job, run = os.environ["ESCHER_JOB_ID"], os.environ["ESCHER_RUN_ID"]
db = sqlite3.connect("{self.box.database}", timeout=10)
db.execute("PRAGMA wal_autocheckpoint = 0")
with db:
    changed = db.execute("UPDATE job SET progress = 75, progress_text = 'three of four' WHERE id = ? AND run = ?",
                         (job, run)).rowcount
    assert changed == 1
    db.execute("INSERT INTO message (job, run, text) VALUES (?, ?, 'hello from within')", (job, run))
    db.execute("INSERT INTO note (job, key, value) VALUES (?, 'result', ?)", (job, '{{"rows": 7}}'))
db.close()
""")))

    def test_nonsense_is_refused(self):
        job = self.box.add("sh", self.script("sh", """
            BINARY progress 150; echo $?
            BINARY progress x; echo $?
            BINARY progress 5/0; echo $?
            BINARY message --level shout text; echo $?
            BINARY note key '{not json'; echo $?
        """))
        self.box.tick()
        lines = self.box.log(job).splitlines()
        statuses = [line for line in lines if line.isdigit()]
        self.assertEqual(len(statuses), 5, lines)
        self.assertTrue(all(status in ("64", "65") for status in statuses), lines)

    def test_outside_of_a_job_there_is_nothing_to_tell_about(self):
        self.box.add("true")
        self.assertIn("ESCHER_JOB_ID", self.box.escher("progress", "50", status=64).err)

    def test_a_late_process_of_an_earlier_attempt_changes_nothing(self):
        job = self.box.shell("true")
        self.box.tick()
        self.box.escher("retry", job, status=None)
        environment = {"ESCHER_JOB_ID": str(job), "ESCHER_RUN_ID": "1"}
        for words in (["progress", "10", "stale"], ["message", "stale"], ["note", "stale", "1"]):
            result = self.box.escher(*words, status=None, env=environment)
            self.assertNotEqual(result.status, 0, words)
        shown = self.box.show(job)
        self.assertIsNone(shown["progress"])
        self.assertEqual(shown["messages"], [])
        self.assertFalse(shown["notes"])
