"""Rows that a member of the database's group wrote to get more out of root's tick than the config allows."""

import grp
import json
import os
import pwd
import signal
import stat
import subprocess
import unittest

from case import EndToEnd
from sandbox import BINARY
from shared import GROUP, SharedDatabase, as_member

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


@unittest.skipUnless(user_exists(USER), f"there is no user {USER} to attack as")
class RowAttack(SharedDatabase):
    """The attacker is a member of the group."""

    toml = CONFIG

    def as_attacker(self, *command, **options):
        return subprocess.run(as_member(USER, *command), check=True, cwd="/", env=self.box.environment,
                              capture_output=True, text=True, **options)

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
        return self.box.path("private", "output")


class OutputFile(RowAttack):
    def test_a_row_does_not_tell_which_file_is_shown_or_pruned(self):
        self.configure(CONFIG + '[retention]\ncompleted = "1s"\n')
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
        self.assertEqual(os.listdir(self.output), ["audit.log"], "pruning deletes the run's own file")


class OutputDirectory(RowAttack):
    """Where the config lets the output lie in a directory that the group writes, if not the one of the database."""

    def setUp(self):
        super().setUp()
        os.makedirs(self.spool, exist_ok=True)
        os.chown(self.spool, 0, grp.getgrnam(GROUP).gr_gid)
        os.chmod(self.spool, 0o2770)
        self.job = self.plant(**GREETING)
        self.box.tick()
        self.secrets = self.box.path("secrets")
        os.mkdir(self.secrets, 0o700)
        self.secret = os.path.join(self.secrets, f"{self.job}.1.log")
        with open(self.secret, "w", encoding="utf-8") as file:
            file.write("secret of root\n")

    def configure(self, toml, slash=""):
        super().configure(f'{toml}[output]\ndirectory = "{self.output}{slash}"\n')

    @property
    def spool(self):
        return self.box.path("spool")

    @property
    def output(self):
        return os.path.join(self.spool, "output")

    def replace_by(self, target):
        self.as_attacker("mv", self.output, self.output + ".gone")
        self.as_attacker("ln", "-s", target, self.output)

    def test_nothing_is_read_through_a_link_in_its_place(self):
        self.replace_by(self.secrets)
        shown = self.box.escher("log", self.job, status=77)
        self.assertNotIn("secret", shown.out)
        self.assertIn("symbolic link", shown.err)

    def test_nothing_is_deleted_through_it(self):
        self.configure(CONFIG + '[retention]\ncompleted = "1s"\n')
        self.replace_by(self.secrets)
        self.attack("UPDATE job SET finished_at = 1600000000000")
        self.box.escher("prune", status=None)
        self.box.tick(status=None, silent=False)
        self.assertTrue(os.path.exists(self.secret), "pruning went through the link")

    def test_nothing_is_created_through_it(self):
        self.replace_by(self.secrets)
        second = self.plant(**GREETING)
        result = self.box.escher(status=None)
        self.assertEqual(os.listdir(self.secrets), [os.path.basename(self.secret)])
        self.assertNotIn(self.box.state_of(second), ("completed", "running"))
        self.assertIn("symbolic link", result.err, "a refusal says why")

    def test_a_slash_at_the_end_of_its_name_follows_no_link_either(self):
        self.configure(CONFIG, slash="/")
        self.replace_by(self.secrets)
        self.assertNotIn("secret", self.box.escher("log", self.job, status=None).out)
        self.plant(**GREETING)
        self.box.escher(status=None)
        self.assertEqual(os.listdir(self.secrets), [os.path.basename(self.secret)])

    def test_nothing_is_written_into_a_directory_of_somebody_elses(self):
        self.as_attacker("mv", self.output, self.output + ".gone")
        self.as_attacker("mkdir", "-m", "0777", self.output)
        second = self.plant(**GREETING)
        result = self.box.escher(status=None)
        self.assertEqual(os.listdir(self.output), [])
        self.assertNotIn(self.box.state_of(second), ("completed", "running"))
        self.assertIn("somebody else", result.err)

    def test_the_group_can_neither_write_nor_read_there(self):
        mode = stat.S_IMODE(os.stat(self.output).st_mode)
        self.assertEqual(mode & (stat.S_IWGRP | stat.S_IWOTH), 0, oct(mode))
        with self.assertRaises(subprocess.CalledProcessError):
            self.as_attacker("touch", os.path.join(self.output, "planted"))
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.as_attacker(BINARY, "log", str(self.job))
        self.assertEqual(refused.exception.returncode, 77, refused.exception.stderr)

    def test_what_is_no_regular_file_of_one_name_is_not_shown(self):
        file = os.path.join(self.output, f"{self.job}.1.log")
        for plant in (lambda: os.link(self.secret, file), lambda: os.symlink(self.secret, file),
                      lambda: os.mkfifo(file)):
            os.unlink(file)
            plant()
            shown = self.box.escher("log", self.job, status=None)
            self.assertNotIn("secret", shown.out)
            self.assertNotEqual(shown.status, 0, shown)


class Queues(RowAttack):
    """What a queue's policy and limits give, and who may choose the queue."""

    LIMITED = """
[queue.priv]
nice = -10
umask = "000"
directory = "/root"
[queue.single]
concurrency = 1
rate = "2/min"
[queue.bulk]
nice = 7
[task.look]
argv = ["sh", "-c", "nice; umask; pwd"]
queue = "single"
queues = ["bulk"]
"""

    def setUp(self):
        super().setUp()
        self.configure(self.LIMITED)

    def test_a_queue_that_the_task_does_not_name_is_refused(self):
        job = self.plant(task="look", queue="priv")
        self.box.tick()
        self.assertState(job, "invalid", "queues")
        self.assertIn("[task.look]", self.box.reason_of(job))
        self.assertEqual(self.box.outcomes_of(job), [])

    def test_limits_are_not_passed_by_queues_of_a_rows_own(self):
        jobs = [self.plant(task="look", queue=f"x{i}") for i in range(6)]
        jobs += [self.plant(task="look") for _ in range(3)]
        self.box.tick()
        self.assertEqual(self.box.sql("SELECT count(*) FROM run WHERE outcome = 'exited'"), [(2,)], "its rate is 2")
        self.assertEqual([self.box.state_of(job) for job in jobs[:6]], ["invalid"] * 6)

    def test_a_queue_that_the_task_names_is_taken_but_not_its_policy(self):
        job = self.plant(task="look", queue="bulk")
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(self.box.sql("SELECT queue FROM job WHERE id = ?", job), [("bulk",)])
        self.assertEqual(self.box.log(job).splitlines()[0], "0", "the niceness of its own queue")

    def test_it_is_refused_at_the_door_too(self):
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.as_attacker(BINARY, "add", "--task", "look", "--queue", "priv")
        self.assertIn("queues", refused.exception.stderr)
        self.as_attacker(BINARY, "add", "--task", "look", "--queue", "bulk")


class Input(RowAttack):
    TASKS = """
[task.plain]
argv = ["cat"]
[task.reads]
argv = ["cat"]
stdin = "job"
stdin_max = 10
[task.own]
argv = ["cat"]
stdin = "of the task"
"""

    def setUp(self):
        super().setUp()
        self.configure(self.TASKS)

    def test_a_row_brings_stdin_only_where_its_task_takes_it(self):
        plain = self.plant(task="plain", stdin="evil")
        reads = self.plant(task="reads", stdin="0123456789")
        longer = self.plant(task="reads", stdin="0123456789a")
        own = self.plant(task="own", stdin="evil")
        self.box.tick()
        self.assertState(plain, "invalid", 'stdin = "job"')
        self.assertEqual(self.box.log(reads), "0123456789")
        self.assertState(longer, "invalid", "stdin_max")
        self.assertEqual(self.box.log(own), "of the task")

    def test_it_is_refused_at_the_door_too(self):
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.as_attacker(BINARY, "add", "--task", "plain", "--stdin", "/etc/hostname")
        self.assertIn('stdin = "job"', refused.exception.stderr)


class Schedules(RowAttack):
    NIGHTLY = """
[schedule.nightly]
cron = "30 3 * * *"
timezone = "UTC"
argv = ["cat"]
[schedule.off]
every = "1h"
argv = ["cat"]
enabled = false
"""
    DUE = 1_600_054_200_000  # 2020-09-14 03:30 UTC

    def setUp(self):
        super().setUp()
        self.configure(self.NIGHTLY)
        self.box.tick()

    def test_no_row_starts_what_a_schedule_runs(self):
        job = self.plant(task="schedule:nightly", stdin="evil")
        off = self.plant(task="schedule:off", stdin="evil")
        self.box.tick()
        self.assertState(job, "invalid", "schedule 'nightly'")
        self.assertState(off, "invalid", "schedule 'off'")

    def test_a_row_is_a_schedules_only_at_its_due_times(self):
        forged = {
            "no time": {"schedule": "nightly"},
            "not due": {"schedule": "nightly", "nominal_at": self.DUE + 60_000},
            "in the future": {"schedule": "nightly", "nominal_at": self.DUE + 86_400_000 * 36_500},
            "another's": {"schedule": "off", "nominal_at": self.DUE},
        }
        jobs = {why: self.plant(task="schedule:nightly", **columns) for why, columns in forged.items()}
        jobs["disabled"] = self.plant(task="schedule:off", schedule="off", nominal_at=self.DUE // 3_600_000 * 3_600_000)
        self.box.tick()
        for why, job in jobs.items():
            with self.subTest(why):
                self.assertState(job, "invalid", "schedule")
                self.assertEqual(self.box.outcomes_of(job), [])

    def test_not_even_then_with_a_stdin(self):
        job = self.plant(task="schedule:nightly", schedule="nightly", nominal_at=self.DUE, stdin="evil")
        self.box.tick()
        self.assertState(job, "invalid", "stdin")

    def test_nor_beyond_its_deadline_by_calling_itself_a_retry(self):
        self.configure(self.NIGHTLY.replace('timezone = "UTC"', 'timezone = "UTC"\ndeadline = "1h"'))
        job = self.plant(task="schedule:nightly", schedule="nightly", nominal_at=self.DUE, retries=9)
        self.attack("UPDATE job SET attempts = 3")
        self.box.tick()
        self.assertState(job, "cancelled", "deadline")

    def test_the_schedules_own_jobs_run(self):
        # What the schedule itself has created and no row could better.
        job = self.box.insert(task="schedule:nightly", schedule="nightly", nominal_at=self.DUE)
        self.box.tick()
        self.assertState(job, "completed")


class Believed(EndToEnd):
    """Where nobody else can write the database, a row is its user's own word."""

    def test_it_may_choose_queue_stdin_and_a_schedules_task(self):
        self.box.configure(Queues.LIMITED.replace("nice = -10", "nice = 3").replace('directory = "/root"', "") +
                           Input.TASKS + Schedules.NIGHTLY + '[security]\ncommands = "listed"\n')
        self.box.escher("init")
        queued = self.box.insert(task="look", queue="priv")
        read = self.box.insert(task="plain", stdin="brought")
        scheduled = self.box.insert(task="schedule:nightly", stdin="brought too")
        self.box.tick()
        self.assertEqual(self.box.log(queued).splitlines()[0], "3")
        self.assertEqual(self.box.log(read), "brought")
        self.assertEqual(self.box.log(scheduled), "brought too")


class Instance(RowAttack):
    def test_what_is_no_uuid_reaches_no_job(self):
        job = self.plant(**GREETING)
        [[before]] = self.attack("SELECT value FROM meta WHERE key = 'instance'")[0]
        for forged in ("x\nLD_PRELOAD=/tmp/evil.so", "x" * 200_000, "", before.replace("-", "_"), before + "\n"):
            self.attack(("UPDATE meta SET value = ? WHERE key = 'instance'", [forged]))
            result = self.box.escher(status=None)
            self.assertNotEqual(result.status, 0, forged[:40])
            self.assertIn("meta.instance", result.err)
            self.assertLess(len(result.err), 1000)
            self.assertState(job, "available")
            self.assertEqual(self.box.outcomes_of(job), [], forged[:40])
        self.attack(("UPDATE meta SET value = ? WHERE key = 'instance'", [before]))
        self.box.tick()
        self.assertState(job, "completed")


class Leftovers(RowAttack):
    def test_no_word_in_its_environment_saves_a_process_from_being_cleared(self):
        told = self.box.path("told")
        os.mkdir(told)
        os.chmod(told, 0o777)
        script = ("env -i PATH=$PATH ESCHER_CRON_DETACHED=1 prlimit --rttime=unlimited setsid "
                  f"sh -c 'echo $$ > {told}/pid.new; mv {told}/pid.new {told}/pid; exec sleep 1000' "
                  f">/dev/null 2>&1 & while [ ! -e {told}/pid ]; do :; done")
        self.configure('[run]\ncgroup = "off"\n' + "[task.leave]\n" + f"argv = ['sh', '-c', '''{script}''']\nuser = '{USER}'\n")
        job = self.plant(task="leave")
        self.box.tick()
        self.assertState(job, "completed")
        with open(os.path.join(told, "pid"), encoding="utf-8") as file:
            pid = int(file.read())
        alive = os.path.exists(f"/proc/{pid}")
        if alive:
            os.kill(pid, signal.SIGKILL)
        self.assertFalse(alive, "it outlived its run")
