"""What a member of the database's group tries by rows, and does not get: tried once, and tried ever since."""

import json
import os
import subprocess

from case import slow
from processes import read_proc
from sandbox import BINARY
from shared import as_member
from test_attacks_by_rows import USER, RowAttack

CONFIG = """
[task.greet]
argv = ["echo", "hello {name}"]
params = { name = "[a-z]{1,20}" }
[task.choose]
argv = ["echo", "{v}"]
params = { v = "yes|no" }
[task.dollar]
argv = ["echo", "{v}"]
params = { v = "^[a-z]+$" }
[task.two]
argv = ["printf", "%s|%s", "{a}", "{b}"]
params = { a = ".*", b = ".*" }
"""

GREET = "'greet'"


def params(text):
    """SQL for a text that holds these bytes, whatever they are."""
    return f"CAST(x'{(text if isinstance(text, bytes) else text.encode()).hex()}' AS TEXT)"


def call(task, text):
    return {"task": f"'{task}'", "params": params(text)}


# What the attacker inserts, as SQL, and a word of the reason why it is not run. WITNESS must not come to be.
REFUSED = {
    "a raw command": ({"command": params('["touch", "WITNESS"]')}, "command"),
    "a command for a shell": ({"command": params('["sh", "-c", "touch WITNESS"]')}, "command"),
    "no command at all": ({"command": "''"}, "command"),
    "a NUL in a parameter": (call("greet", '{"name": "x\\u0000"}'), "NUL"),
    "a raw NUL in one": (call("greet", b'{"name": "x\0"}'), "params"),
    "a NUL after all": (call("greet", b'{"name": "x"}\0'), "params"),
    "a NUL in the task": ({"task": params(b"greet\0"), "params": params('{"name": "x"}')}, "NUL"),
    "a newline after": (call("greet", '{"name": "x\\n"}'), "pattern"),
    "a newline before": (call("greet", '{"name": "\\nx"}'), "pattern"),
    "a newline before the $": (call("dollar", '{"v": "x\\n"}'), "pattern"),
    "a second line after the $": (call("dollar", '{"v": "x\\n; id"}'), "pattern"),
    "a carriage return": (call("dollar", '{"v": "x\\r"}'), "pattern"),
    "a line separator": (call("dollar", '{"v": "x\\u2028y"}'), "pattern"),
    "more after an alternative": (call("choose", '{"v": "yes; id"}'), "pattern"),
    "more before one": (call("choose", '{"v": "; id no"}'), "pattern"),
    "both alternatives": (call("choose", '{"v": "yes|no"}'), "pattern"),
    "nothing": (call("choose", '{"v": ""}'), "pattern"),
    "a key twice": (call("greet", '{"name": "x", "name": "; id"}'), "twice"),
    "a key twice, once escaped": (call("greet", '{"name": "; id", "n\\u0061me": "x"}'), "twice"),
    "a lone surrogate": (call("two", '{"a": "\\ud800", "b": ""}'), "params"),
    "surrogates in the wrong order": (call("two", '{"a": "\\udc00\\ud800", "b": ""}'), "params"),
    "a surrogate as three bytes": (call("two", b'{"a": "\xed\xa0\x80", "b": ""}'), "params"),
    "overlong UTF-8": (call("two", b'{"a": "\xc0\xaf", "b": ""}'), "params"),
    "overlong UTF-8 of a quotation mark": (call("two", b'{"a": "x\xc0\xa2", "b": ""}'), "params"),
    "overlong UTF-8 of a NUL": (call("two", b'{"a": "\xc0\x80", "b": ""}'), "params"),
    "beyond Unicode": (call("two", b'{"a": "\xf5\x80\x80\x80", "b": ""}'), "params"),
    "a byte order mark": (call("greet", b'\xef\xbb\xbf{"name": "x"}'), "params"),
    "UTF-16": (call("greet", '{"name": "x"}'.encode("utf-16-le")), "params"),
    "arrays 200,000 deep": (call("greet", "[" * 200_000), "params"),
    "objects 200,000 deep": (call("greet", '{"name":' * 200_000), "params"),
    "a value 200,000 deep": (call("greet", '{"name": ' + "[" * 200_000 + "]" * 200_000 + "}"), "params"),
    "an unknown key": (call("greet", '{"name": "x", "argv": "id"}'), "no parameter 'argv'"),
    "an empty key": (call("greet", '{"name": "x", "": "id"}'), "no parameter ''"),
    "a key of another case": (call("greet", '{"NAME": "x"}'), "no parameter 'NAME'"),
    "a value of 5 kB": (call("two", json.dumps({"a": "x" * 5000, "b": ""})), "4096"),
    "a value of 4 MB": (call("two", json.dumps({"a": "x" * 4_000_000, "b": ""})), "params is longer"),
    "200,000 keys": (call("two", json.dumps({f"k{i}": "" for i in range(200_000)})), "params is longer"),
    "a number": (call("choose", '{"v": 1}'), "pattern"),
    "null": (call("choose", '{"v": null}'), "not a string"),
    "a list": (call("choose", '{"v": ["yes"]}'), "not a string"),
    "a blob of params": ({"task": GREET, "params": "CAST('{\"name\": \"x\"}' AS BLOB)"}, "not a text"),
    "two objects": (call("greet", '{"name": "x"} {"name": "y"}'), "params"),
    **{f"the task {task!r}": (call(task.replace("'", "''"), '{"name": "x"}'), "task")
       for task in ("Greet", "GREET", "greet/", "./greet", "/greet", "../greet", "greet/../greet", "task.greet",
                    " greet", "greet ", "greet\n", "\tgreet", "gre\u200bet", "\uff47reet", "greet.greet",
                    "[task.greet]", '"greet"', "greet;greet", "%67reet", "schedule:greet", "*", "greet%")},
}


class Rows(RowAttack):
    toml = CONFIG

    @slow
    def test_none_of_these_is_run_and_what_stands_between_them_is(self):
        witness = self.box.path("witness")
        jobs, statements = {}, []
        for number, (name, (columns, _)) in enumerate(REFUSED.items()):
            values = ", ".join(columns.values()).replace(b"WITNESS".hex(), witness.encode().hex())
            statements += [f"INSERT INTO job ({', '.join(columns)}, created_by) VALUES ({values}, 'refused {number}')",
                           "INSERT INTO job (task, params, created_by) "
                           "VALUES ('greet', '{\"name\": \"x\"}', 'innocent')"]
            jobs[name] = f"refused {number}"
        self.attack(*statements)
        self.box.tick(timeout=120)
        for name, creator in jobs.items():
            with self.subTest(name):
                [(job, state, reason)] = self.box.sql("SELECT id, state, reason FROM job WHERE created_by = ?", creator)
                self.assertEqual(state, "invalid", reason)
                self.assertIn(REFUSED[name][1], reason)
                self.assertLess(len(reason), 5000)
                self.assertEqual(self.box.outcomes_of(job), [])
        innocent = self.box.sql("SELECT id, state FROM job WHERE created_by = 'innocent'")
        self.assertEqual({state for _, state in innocent}, {"completed"})
        self.assertEqual(self.box.log(innocent[0][0]) + self.box.log(innocent[-1][0]), "hello x\n" * 2)
        self.assertEqual(self.box.sql("SELECT count(*) FROM run"), [(len(innocent),)])
        self.assertFalse(os.path.exists(witness))

    def test_a_command_beside_a_task_is_not_run_either(self):
        witness = self.box.path("witness")
        both = ("INSERT INTO job (task, params, command) VALUES ('greet', '{\"name\": \"x\"}', ?)",
                [json.dumps(["touch", witness])])
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.attack(both)
        self.assertIn("CHECK constraint", refused.exception.stderr)
        job = self.attack("PRAGMA ignore_check_constraints = ON", both)[1]
        innocent = self.plant(task="greet", params='{"name": "y"}')
        self.box.tick()
        self.assertFalse(os.path.exists(witness))
        self.assertIn(self.box.state_of(job), ("invalid", "completed"))
        if self.box.state_of(job) == "completed":
            self.assertEqual(self.box.log(job), "hello x\n", "it is the task that was run")
        self.assertState(innocent, "completed")
        self.box.sql("DELETE FROM job WHERE id = ?", job)  # integrity_check finds what it is

    def test_a_parameter_is_not_read_again_for_what_stands_in_it(self):
        job = self.plant(task="two", params=json.dumps({"a": "{b}{{$(id)`id`", "b": "-{a}"}))
        self.box.tick()
        self.assertEqual(self.box.log(job), "{b}{{$(id)`id`|-{a}")

    def test_numbers_that_no_job_can_have_lead_nowhere(self):
        """The output's name is made from them."""
        innocent = self.plant(task="greet", params='{"name": "y"}')
        self.attack("PRAGMA ignore_check_constraints = ON",
                    *(("INSERT INTO job (id, task, params) VALUES (?, 'greet', '{\"name\": \"x\"}')", [number])
                      for number in (-1, 0, -2**63, 2**52 + 1, 2**62)))
        around = set(os.listdir(self.box.root)) | {"private"}
        result = self.box.escher(status=None)
        self.assertState(innocent, "completed")
        self.assertEqual(self.box.log(innocent), "hello y\n")
        self.assertEqual(set(os.listdir(self.box.root)) | {"private"}, around, result)
        for name in os.listdir(self.output):
            self.assertRegex(name, r"^-?\d+\.\d+\.log$")
        os.unlink(self.box.database)  # which is not as it should be


    def test_what_is_written_past_the_checks_is_refused_alone(self):
        strange = ("attempts = -5", "attempts = 9223372036854775807", "attempts = -9223372036854775808", "attempts = 'x'",
                   "retries = -9223372036854775808", "priority = 1e300", "blocked = 2", "blocked = 'x'")
        jobs = {change: self.plant(task="greet", params='{"name": "x"}') for change in strange}
        innocent = self.plant(task="greet", params='{"name": "y"}')
        self.attack("PRAGMA ignore_check_constraints = ON",
                    *(f"UPDATE job SET {change} WHERE id = {job}" for change, job in jobs.items()))
        self.box.tick()
        self.assertState(innocent, "completed")
        for change, job in jobs.items():
            with self.subTest(change):
                self.assertEqual(self.box.state_of(job), "available" if "blocked" in change else "invalid")
                self.assertEqual(self.box.outcomes_of(job), [])
        os.unlink(self.box.database)  # which is not as it should be

    def test_jobs_that_need_each_other_hold_nobody_up(self):
        first, second, third, innocent = (self.plant(task="greet", params='{"name": "x"}') for _ in range(4))
        self.attack("PRAGMA ignore_check_constraints = ON",
                    f"INSERT INTO dependency (job, needs) VALUES ({first}, {second}), ({second}, {first}), "
                    f"({third}, {third}), ({third}, {second})")
        self.box.tick(timeout=20)
        self.assertState(innocent, "completed")
        self.assertEqual({self.box.state_of(job) for job in (first, second, third)}, {"available"})
        self.box.escher("plan", timeout=20)
        self.box.escher("cancel", first, timeout=20)
        self.box.tick(timeout=20)
        self.assertEqual({self.box.state_of(job) for job in (first, second, third)}, {"cancelled"})
        os.unlink(self.box.database)

    @slow
    def test_a_chain_of_20000_jobs_is_cancelled_while_others_run(self):
        self.attack("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                    "INSERT INTO job (task) SELECT 'nowhere' FROM n",
                    "INSERT INTO dependency (job, needs) SELECT id, id - 1 FROM job WHERE id > 1")
        innocent = self.plant(task="greet", params='{"name": "y"}')
        self.box.tick()
        self.assertState(innocent, "completed")
        self.assertEqual(self.box.sql("SELECT state, count(*) FROM job GROUP BY state"),
                         [("cancelled", 19999), ("completed", 1), ("invalid", 1)])


# Changes task and parameters of what has not ended, each by itself, so that either often does not fit the other.
FLIP = """
import random, select, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
flips = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    for change in ("task = 'letters'", "params = '{\\"v\\": \\"1234\\"}'", "task = 'digits'",
                   "params = '{\\"v\\": \\"abcd\\"}'", "params = '{\\"v\\": \\"; id\\"}'", "queue = 'priv'",
                   "queue = 'default'", "timeout = 1", "timeout = NULL"):
        if random.random() < 0.5:
            flips += connection.execute(f"UPDATE job SET {change} WHERE finished_at IS NULL AND created_by = 'flipped' "
                                        "AND id % 3 = abs(random()) % 3").rowcount
print(flips)
"""


class Flips(RowAttack):
    toml = """
[run]
concurrency = 4
[task.letters]
argv = ["printf", "letters:%s", "{v}"]
params = { v = "[a-z]+" }
[task.digits]
argv = ["printf", "digits:%s", "{v}"]
params = { v = "[0-9]+" }
"""

    @slow
    def test_what_is_checked_is_what_is_run_whatever_changes_meanwhile(self):
        task = "INSERT INTO job (task, params, created_by) VALUES ('{}', '{{\"v\": \"{}\"}}', '{}')"
        with subprocess.Popen(as_member(USER, "/usr/bin/python3", "-c", FLIP, self.box.database), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, cwd="/", env=self.box.environment, text=True) as flipper:
            ran = refused = 0
            for _ in range(60):
                self.attack(*[task.format("letters", "abcd", "flipped"), task.format("digits", "1234", "flipped")] * 12,
                            *[task.format("letters", "innocent", "innocent")] * 2)
                self.box.tick(timeout=120)
                ran = self.box.sql("SELECT count(DISTINCT job) FROM run")[0][0]
                refused = self.box.sql("SELECT count(*) FROM job WHERE state = 'invalid'")[0][0]
                if ran >= 100 and refused >= 10:
                    break
            flips = int(flipper.communicate("\n", timeout=self.patient(60))[0])
        self.box.tick(timeout=120)
        self.assertGreaterEqual(ran, 100)
        self.assertGreaterEqual(refused, 10)
        self.assertGreater(flips, 100)
        for job, creator in self.box.sql("SELECT id, created_by FROM job WHERE state = 'completed'"):
            with open(os.path.join(self.output, f"{job}.{self.run_of(job)}.log"), encoding="utf-8") as file:
                text = file.read()
            self.assertRegex(text, {"flipped": "^(letters:abcd|digits:1234)$"}.get(creator, "^letters:innocent$"))
        self.assertEqual(self.box.sql("SELECT DISTINCT state FROM job WHERE created_by = 'innocent'"), [("completed",)])

    def run_of(self, job):
        return self.box.sql("SELECT max(id) FROM run WHERE job = ?", job)[0][0]


def read_all(path):
    with open(path, "rb") as file:
        return file.read()


def start_ticks(pid):
    return int(read_proc(pid, "stat").rsplit(b")", 1)[1].split()[19])


class ForgedRuns(RowAttack):
    """Rows that call a process of root's that of a job, or its runner."""

    toml = CONFIG + "[run]\nconcurrency = 64\n"
    unfinished_runs_allowed = True

    def setUp(self):
        super().setUp()
        self.box.tick()
        self.victim = subprocess.Popen(["sleep", "1000"], start_new_session=True)
        self.addCleanup(self.kill_victim)
        with subprocess.Popen(["true"]) as child:
            self.dead = child.pid
        with open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as file:
            self.boot = file.read().strip()

    def kill_victim(self):
        self.victim.kill()
        self.victim.wait()

    def forge(self, **columns):
        """Makes a job that runs, as its rows say, and is to be stopped."""
        job = self.plant(task="greet", params='{"name": "x"}')
        row = {"job": job, "queue": "default", "attempt": 1, "claimed_at": 1_700_000_000_000,
               "started_at": 1_700_000_000_000, "output_file": f"{job}.1.log", "runner_pid": self.dead,
               "runner_started": 1, "runner_mark": 1000, "boot_id": self.boot, **columns}
        marks = ", ".join("?" * len(row))
        self.attack((f"INSERT INTO run ({', '.join(row)}) VALUES ({marks})", list(row.values())),
                    ("UPDATE job SET state = 'running', attempts = 1, run = last_insert_rowid(), timeout = 1, "
                     "cancel_requested_at = 1700000000000 WHERE id = ?", [job]))
        return job

    def assertHarmless(self, *forged):
        """The victim lives, and another's job runs."""
        doubt = self.forge()
        innocent = self.plant(task="greet", params='{"name": "y"}')
        with open(self.box.path("warnings"), "w+b") as warnings:
            tick = self.box.start(stderr=warnings)
            told = self.box.path("warnings")
            self.box.until(lambda: b"cannot tell" in read_all(told) or tick.poll() is not None)
        self.box.wait(innocent)
        tick.terminate()  # it would wait for what it takes for remains of jobs
        self.box.finish(tick, status=None)
        self.assertIsNone(self.victim.poll(), "the victim is dead")
        self.assertState(innocent, "completed")
        self.assertEqual(self.box.log(innocent), "hello y\n")
        for job in (*forged, doubt):
            self.assertIn(self.box.state_of(job), ("running", "cancelled"), "nothing of it has run")

    def test_a_victim_is_not_killed_because_a_row_calls_it_a_jobs(self):
        pid, started = self.victim.pid, start_ticks(self.victim.pid)
        self.assertHarmless(self.forge(pid=pid, process_started=started), self.forge(pid=pid, process_started=0),
                            self.forge(pid=2**32 + pid, process_started=started),
                            self.forge(pid=pid, process_started=started, started_at=None, boot_id=""))

    def test_nor_are_numbers_that_mean_more_than_one_process(self):
        self.assertHarmless(*(self.forge(pid=pid, process_started=0)
                              for pid in (-1, 0, -self.victim.pid, 2**32 - 1, -2**63, 1, os.getpid(), "1", None)))

    def test_pid_1_is_nobodys_job(self):
        self.assertHarmless(self.forge(pid=1, process_started=start_ticks(1)))

    def test_a_foreign_runner_holds_up_its_own_row_alone(self):
        runners = ((self.victim.pid, start_ticks(self.victim.pid), 1000), (os.getpid(), start_ticks(os.getpid()), 0),
                   (1, start_ticks(1), 1), (-1, -1, -1), (0, 0, 2**62), (2**40, 2**62, -2**63))
        boots = (self.boot, "", "00000000-0000-0000-0000-000000000000", "x" * 700_000)
        self.assertHarmless(*(self.forge(runner_pid=pid, runner_started=since, runner_mark=mark, boot_id=boot)
                              for pid, since, mark in runners for boot in boots))


# Tells of job 1, whose run is 1, by other runs, and of other jobs by that one; outside of the group by that one too.
FORGE = """
report() { ESCHER_JOB_ID="$1" ESCHER_RUN_ID="$2" BINARY "$3" "$4" $5 && echo "$1 $2 $3" >> TOLD; }
report_all() { report "$1" "$2" progress 10; report "$1" "$2" message forged; report "$1" "$2" note forged 1; }
own=$ESCHER_JOB_ID
for run in $ESCHER_RUN_ID 0 -1 9999999 9223372036854775808 "" x "1 " 1.0; do report_all 1 "$run"; done
for job in $own 0 "" "1 "; do report_all "$job" 1; done
test "$1" = inside || report_all 1 1
report $own $ESCHER_RUN_ID message truth
exit 0
"""


class FromInside(RowAttack):
    """A job that says that it is another one."""

    def test_a_job_reports_for_no_other(self):
        told = self.box.write("told", "", 0o666)
        forge = self.box.write("forge", FORGE.replace("BINARY", BINARY).replace("TOLD", told))
        held = self.box.held()
        self.configure(f"""
[run]
concurrency = 3
[task.held]
argv = ["sh", "-c", "{held.script}"]
[task.inside]
argv = ["sh", "{forge}", "inside"]
[task.outside]
argv = ["sh", "{forge}", "outside"]
user = "{USER}"
""")
        victim = self.plant(task="held")
        tick = self.box.start()
        held.wait_started()
        self.assertEqual(self.box.sql("SELECT job, id FROM run"), [(1, 1)])
        inside, outside = self.plant(task="inside"), self.plant(task="outside")
        self.box.wait(inside, outside)
        held.release()
        self.box.finish(tick)
        with open(told, encoding="utf-8") as file:
            told_of = [line.split() for line in file]
        run = self.box.sql("SELECT id FROM run WHERE job = ?", inside)[0][0]
        self.assertEqual(told_of, [[str(inside), str(run), "message"]], "who cannot open the database tells of nothing")
        self.assertEqual(self.box.sql("SELECT job, text FROM message"), [(inside, "truth")])
        self.assertEqual(self.box.sql("SELECT * FROM note"), [])
        self.assertEqual(self.box.sql("SELECT state, progress FROM job WHERE id = ?", victim), [("completed", None)])
