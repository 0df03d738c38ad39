"""What `plan` says is what the next tick does, and saying it changes nothing."""

import hashlib
import json
import os

from case import EndToEnd

CONFIG = """
[run]
concurrency = 3
[queue.narrow]
concurrency = 1
[queue.slow]
rate = "1/h"
[security]
commands = "listed"
[task.ok]
argv = ["true"]
[schedule.s]
cron = "0 0 1 1 *"
timezone = "UTC"
task = "ok"
"""


class Plan(EndToEnd):
    def setUp(self):
        super().setUp()
        self.box.configure(CONFIG)

    def state_of_the_directory(self):
        found = {}
        for name in sorted(os.listdir(self.box.state)):
            path = os.path.join(self.box.state, name)
            status = os.stat(path)
            content = b""
            if os.path.isfile(path) and not name.endswith("-shm"):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).digest()
            found[name] = (status.st_mtime_ns if not name.endswith("-shm") else 0, status.st_size, content)
        return found

    def planned(self, *words):
        plan = json.loads(self.box.escher("plan", "--json", *words).out)
        self.assertEqual(plan["schema"], 1)
        return plan

    def starting(self, plan):
        """The ids of the jobs that the plan would start, in order."""
        return [job["id"] for job in plan["jobs"] if job["action"] == "start"]

    def add(self, *options):
        return int(self.box.escher("add", *options, "--task", "ok").out)

    def fill(self):
        jobs = [self.add("--priority", "5"), self.add(), self.add("--queue", "narrow"), self.add("--queue", "narrow"),
                self.add("--queue", "slow"), self.add("--queue", "slow"), self.add("--in", "2h"),
                self.add("--key", "k"), self.add("--key", "k"), self.add("--queue", "held")]
        jobs.append(self.add("--after", jobs[0]))
        jobs.append(self.box.insert(command=["true"]))
        self.box.escher("pause", "held")
        return jobs

    def test_the_next_tick_starts_what_the_plan_said_in_that_order(self):
        self.fill()
        plan = self.planned()
        self.box.configure(CONFIG)
        self.box.tick()
        started = [job for job, in self.box.sql("SELECT job FROM run ORDER BY id")]
        said = self.starting(plan)
        self.assertGreater(len(said), 0)
        self.assertEqual(started[:len(said)], said)

    def test_what_the_guard_cannot_tell_is_said(self):
        self.add()
        lock = self.box.path("state", "x" * 300)
        self.box.configure(f'lock = "{lock}"'.join(CONFIG.split("concurrency = 3")))
        told = self.box.escher("plan", status=74)
        self.assertIn(f"cannot read what has run, in the lock file '{lock}': File name too long", told.err)

    def test_it_changes_nothing_not_even_a_time(self):
        self.fill()
        self.box.tick()
        self.fill()
        before = self.state_of_the_directory()
        rows = self.box.sql("SELECT * FROM job")
        before = self.state_of_the_directory()
        self.planned()
        self.planned("--at", "+3h")
        self.box.escher("plan")
        self.assertEqual(self.state_of_the_directory(), before)
        self.assertEqual(self.box.sql("SELECT * FROM job"), rows)

    def test_every_job_has_a_line_and_a_reason(self):
        jobs = self.fill()
        plan = self.planned()
        told = {job["id"]: job for job in plan["jobs"]}
        self.assertEqual(set(jobs) - set(told), set())
        for job in plan["jobs"]:
            self.assertTrue(job["reason"] or job["action"] == "start", job)
        lines = self.box.escher("plan").out.splitlines()
        self.assertGreaterEqual(len(lines), len(jobs))

    def test_it_looks_ahead(self):
        later = self.add("--in", "2h")
        self.assertNotIn(later, self.starting(self.planned()))
        self.assertIn(later, self.starting(self.planned("--at", "+3h")))

    def test_it_tells_of_schedules(self):
        self.box.tick()
        self.assertNotIn('"s"', json.dumps(self.planned()["jobs"]))
        self.assertIn('"s"', json.dumps(self.planned("--at", "+400d")))
