"""What a run may have left, or may have been, when its tick is killed: never two at once, never more often than allowed."""

import os

from case import EndToEnd
from sandbox import BINARY

FAST_RETRIES = """
[run]
concurrency = {slots}
[defaults]
backoff = ["0s"]
[security]
commands = "any"
"""


class Delivery(EndToEnd):
    def setUp(self):
        super().setUp()
        self.box.configure(FAST_RETRIES.format(slots=4))
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
        lock = os.path.join(self.box.state, "run.lock")
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
        self.box.configure(FAST_RETRIES.format(slots=4))
        jobs = [self.box.add("sh", "-c", f"exec 9>>{self.box.path(f'guard{n}')}; flock -n 9 || echo {n} >> {self.double}; "
                             "setsid sh -c 'sleep 7.7; :' > /dev/null 2>&1 & sleep 0.02; exit 1", options=["--retries", "3"])
                for n in range(12)]
        self.box.tick()
        for job in jobs:
            self.assertEqual(self.box.outcomes_of(job), ["exited"] * 4)
        self.assertFalse(os.path.exists(self.double), "two at once")


class TickInAJob(EndToEnd):
    def test_it_does_not_wait_for_the_slot_that_it_has_itself(self):
        self.box.configure(FAST_RETRIES.format(slots=1))
        inner = f"{BINARY} add -- true >&2; {BINARY} --once"
        job = self.box.shell(inner)
        self.box.tick(timeout=30)
        self.assertState(job, "completed")
        self.assertEqual(self.box.sql("SELECT count(*) FROM job WHERE state = 'completed'"), [(2,)])

    def test_nor_for_those_around_it(self):
        self.box.configure(FAST_RETRIES.format(slots=1))
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
