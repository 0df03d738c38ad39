"""What a run may have left, or may have been, when its tick is killed: never two at once, never more often than allowed."""

import os

from case import EndToEnd
from sandbox import BINARY

FAST_RETRIES = """
[run]
concurrency = {slots}
cgroup = "{cgroup}"
[defaults]
backoff = ["0s"]
[security]
commands = "any"
"""


class Delivery(EndToEnd):
    def configure(self, cgroup, mode="cron"):
        self.box.configure(FAST_RETRIES.format(slots=4, cgroup=cgroup).replace("[run]", f'[run]\nmode = "{mode}"'))

    def setUp(self):
        super().setUp()
        self.configure("off")
        self.witness = self.box.path("witness")
        self.double = self.box.path("double")
        self.guard = f"exec 9>>{self.box.path('guard')}; flock -n 9 || echo $ESCHER_RUN_ID >> {self.double}; "

    def executions(self):
        if not os.path.exists(self.witness):
            return 0
        with open(self.witness, encoding="utf-8") as file:
            return len(file.readlines())

    def settle(self, job, most_ticks=20):
        """Ticks until the job has ended."""
        for _ in range(most_ticks):
            if self.box.state_of(job) not in ("available", "running", "retryable"):
                return
            self.box.escher(status=None)
        self.fail(f"job {job} is {self.box.state_of(job)} after {most_ticks} ticks")

    def test_a_job_that_removes_its_output_and_kills_its_tick_is_executed_once(self):
        job = self.box.shell(f"echo x >> {self.witness}; rm -f $(readlink /proc/self/fd/1); kill -9 $PPID")
        self.settle(job)
        self.assertEqual(self.executions(), 1)
        self.assertEqual(self.box.outcomes_of(job), ["lost"])
        self.assertState(job, "failed")

    def test_nor_does_it_help_to_remove_the_lock_file_as_well(self):
        lock = os.path.join(self.box.state, "private", "run.lock")
        job = self.box.shell(f"echo x >> {self.witness}; rm -f $(readlink /proc/self/fd/1) {lock}; kill -9 $PPID")
        self.settle(job)
        self.assertEqual(self.executions(), 1)
        self.assertEqual(self.box.outcomes_of(job), ["lost"])

    def overlap(self, hiding, trials, **tick):
        """The tick is killed by its job the moment that has begun; what the job has left holds its lock."""
        for trial in range(trials):
            job = self.box.shell(self.guard + f"echo $ESCHER_ATTEMPT >> {self.witness}; [ $ESCHER_ATTEMPT = 1 ] || exit 0; "
                                 f"{hiding} kill -9 $PPID; sleep 60", options=["--retries", "1"])
            self.box.escher(status=None, **tick)
            self.settle(job)
            self.assertState(job, "completed")
            self.assertFalse(os.path.exists(self.double), f"trial {trial}: two at once")

    def test_a_child_in_the_session_with_an_empty_environment_is_seen_from_the_first_moment(self):
        self.overlap("env -i /bin/sleep 20 > /dev/null 2>&1 &", 5)

    def test_a_daemon_that_has_dropped_everything_is_seen_too(self):
        self.overlap("env -i /usr/bin/setsid /bin/sleep 20 > /dev/null 2>&1 < /dev/null &", 5)

    def test_a_daemon_that_cannot_be_dumped_is_seen_too(self):
        perl = "require \"syscall.ph\"; syscall(&SYS_prctl, 4, 0, 0, 0, 0); sleep 20"
        self.overlap(f"env -i /usr/bin/setsid /usr/bin/perl -e '{perl}' > /dev/null 2>&1 < /dev/null &", 3)

    def test_leftovers_are_gone_before_the_retry(self):
        jobs = [self.box.add("sh", "-c", f"exec 9>>{self.box.path(f'guard{n}')}; flock -n 9 || echo {n} >> {self.double}; "
                             "setsid sh -c 'sleep 7.7; :' > /dev/null 2>&1 & sleep 0.02; exit 1", options=["--retries", "3"])
                for n in range(12)]
        self.box.tick()
        for job in jobs:
            self.assertEqual(self.box.outcomes_of(job), ["exited"] * 4)
        self.assertFalse(os.path.exists(self.double), "two at once")


class ControlGroups(Delivery):
    """The same where each run has a control group, and what only that can prove."""

    # Everything that a process can drop, its tag included.
    DAEMON = "env -i /usr/bin/prlimit --rttime=unlimited /usr/bin/setsid /bin/sleep 20 > /dev/null 2>&1 < /dev/null &"

    def setUp(self):
        super().setUp()
        self.configure("auto")
        said = self.box.escher("check", status=None).out
        if "each run gets a control group" not in said:
            self.skipTest(f"no control group can be made here: {said}")

    def test_a_daemon_that_has_dropped_its_tag_as_well_is_seen_and_killed(self):
        self.overlap(self.DAEMON, 5)

    def test_it_ends_with_its_job_whatever_else_runs(self):
        held = self.box.held()
        other = self.box.shell(held.script)
        tick = self.box.start()
        held.wait_started()
        job = self.box.shell(f"{self.guard} {self.DAEMON} exit 3")
        self.box.wait(job, status=1)
        free = self.box.add("flock", "-n", self.box.path("guard"), "true")
        self.box.wait(free)
        held.release()
        self.box.finish(tick)
        self.assertState(other, "completed")

    def test_no_group_is_left_behind(self):
        self.box.shell("exit 0")
        self.box.tick()
        instance = self.box.sql("SELECT value FROM meta WHERE key = 'instance'")[0][0]
        left = [path for path, _, _ in os.walk("/sys/fs/cgroup") if f"escher-runs.{instance}/run-" in path]
        self.assertEqual(left, [])

    def test_a_job_starts_where_a_group_is_required(self):
        self.configure("require")
        job = self.box.add("true")
        self.box.tick()
        self.assertState(job, "completed")


class TickInAJob(EndToEnd):
    def test_it_does_not_wait_for_the_slot_that_it_has_itself(self):
        self.box.configure(FAST_RETRIES.format(slots=1, cgroup="auto"))
        inner = f"{BINARY} add -- true >&2; {BINARY} --once"
        job = self.box.shell(inner)
        self.box.tick(timeout=30)
        self.assertState(job, "completed")
        self.assertEqual(self.box.sql("SELECT count(*) FROM job WHERE state = 'completed'"), [(2,)])

    def test_nor_for_those_around_it(self):
        self.box.configure(FAST_RETRIES.format(slots=1, cgroup="auto"))
        script = self.box.write("nested", f"#!/bin/sh\n[ $1 = 0 ] || {{ {BINARY} add -- $0 $(($1 - 1)); {BINARY} --once; }}\n", 0o755)
        job = self.box.add(script, "3")
        self.box.tick(timeout=30)
        self.assertState(job, "completed")
        self.assertEqual(self.box.sql("SELECT count(*) FROM job WHERE state = 'completed'"), [(4,)])

    def test_a_detached_tick_of_a_job_counts_all_slots(self):
        """Nobody waits for it: the job that started it goes on, and its slot is taken."""
        self.box.configure('[run]\nmode = "automatic"\nconcurrency = 1\n[security]\ncommands = "any"')
        held = self.box.held()
        job = self.box.shell(f"{BINARY} add -- true >&2; {held.script}")
        held.wait_started()
        second = self.box.until(lambda: self.box.sql("SELECT id FROM job WHERE id <> ?", job))[0][0]
        self.assertState(second, "available")
        held.release()
        self.box.wait(job, second)
        self.box.wait_for_ticks()
