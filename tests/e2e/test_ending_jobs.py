"""Timeouts, cancellation, retries, and what is left of a job."""

import os
import signal

from case import EndToEnd
from processes import processes_of, wait_gone

CONFIG = """
[run]
concurrency = 8
[defaults]
kill_after = "300ms"
backoff = ["0s"]
[security]
commands = "any"
"""


class Ending(EndToEnd):
    def setUp(self):
        super().setUp()
        self.box.configure(CONFIG)
        self.held = self.box.held()

    # --- timeouts

    def test_a_job_over_its_time_is_told_to_end(self):
        job = self.box.shell(f"trap 'echo told; exit 0' TERM; {self.held.script} & wait", options=["--timeout", "500ms"])
        self.box.tick()
        self.assertState(job, "failed")
        self.assertEqual(self.box.outcomes_of(job), ["timed_out"])
        self.assertEqual(self.box.log(job), "told\n")
        self.assertIn("time", self.box.reason_of(job))

    def test_one_that_does_not_listen_is_killed(self):
        job = self.box.shell(f"trap '' TERM; {self.held.script}; {self.held.script}", options=["--timeout", "200ms"])
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["timed_out"])

    def test_each_attempt_has_the_whole_time(self):
        job = self.box.shell(self.held.script, options=["--timeout", "200ms", "--retries", "1"])
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["timed_out", "timed_out"])

    # --- cancellation

    def test_a_waiting_job_is_cancelled_at_once(self):
        job = self.box.add("true", options=["--in", "1h"])
        self.box.escher("cancel", "--reason", "not needed", job)
        self.assertState(job, "cancelled", "not needed")
        self.box.tick()
        self.assertState(job, "cancelled")
        self.assertEqual(self.box.outcomes_of(job), [])

    def test_a_running_job_is_cancelled_by_its_tick(self):
        polite = self.box.shell(f"trap 'echo told; exit 7' TERM; {self.held.script} & wait", options=["--retries", "3"])
        deaf = self.box.shell(f"trap '' TERM; {self.held.script}; {self.held.script}")
        tick = self.box.start()
        self.held.wait_started(2)
        self.box.escher("cancel", polite, deaf)
        self.box.wait(polite, deaf, status=1)
        self.box.finish(tick)
        for job in (polite, deaf):
            self.assertState(job, "cancelled")
            self.assertEqual(self.box.outcomes_of(job), ["cancelled"])
        self.assertEqual(self.box.log(polite), "told\n")

    def test_a_running_job_of_an_older_tick_is_cancelled_too(self):
        job = self.box.shell(self.held.script)
        older = self.box.start()
        self.held.wait_started()
        other = self.box.held("other")
        _, newer = self.box.hand_over(older, other.script)
        other.wait_started()
        self.box.escher("cancel", job)
        self.box.wait(job, status=1, timeout=30)
        self.assertState(job, "cancelled")
        other.release()
        self.box.finish(older)
        self.box.finish(newer)

    def test_what_has_ended_cannot_be_cancelled(self):
        job = self.box.add("true")
        self.box.tick()
        result = self.box.escher("cancel", job, status=None)
        self.assertIn("ended", result.err)
        self.assertState(job, "completed")

    # --- retries

    def test_a_failed_attempt_waits_for_the_next_by_the_default_backoff(self):
        self.box.configure('[security]\ncommands = "any"')
        job = self.box.add("false", options=["--retries", "2"])
        self.box.tick()
        self.assertState(job, "retryable")
        self.assertIn("exit status 1", self.box.show(job)["reason"])
        (wait,), = self.box.sql("SELECT job.run_at - run.ended_at FROM job JOIN run ON run.job = job.id")
        self.assertGreaterEqual(wait, 16_000)
        self.assertLessEqual(wait, 17_600)
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["exited"])

    def test_a_job_succeeds_at_last(self):
        job = self.box.shell("[ $ESCHER_ATTEMPT = 3 ]", options=["--retries", "5"])
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(self.box.sql("SELECT attempt, exit_code FROM run"), [(1, 1), (2, 1), (3, 0)])
        self.assertIsNone(self.box.show(job)["reason"])

    def test_retry_by_hand_counts_the_attempts_anew(self):
        file = self.box.path("ready")
        job = self.box.shell(f"test -e {file}", options=["--retries", "1"])
        self.box.tick()
        self.assertState(job, "failed")
        self.box.escher("retry", job)
        self.assertState(job, "available")
        self.box.write("ready", "")
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(len(self.box.outcomes_of(job)), 3)

    def test_all_failed_jobs_are_retried_together(self):
        jobs = [self.box.add("false"), self.box.add("false", options=["--queue", "other"])]
        good = self.box.add("true")
        self.box.tick()
        self.box.escher("retry", "--failed", "--queue", "other")
        self.assertEqual([self.box.state_of(job) for job in jobs], ["failed", "available"])
        self.box.escher("retry", "--failed")
        self.assertEqual([self.box.state_of(job) for job in jobs], ["available", "available"])
        self.assertState(good, "completed")

    def test_a_signal_is_told_by_its_name(self):
        job = self.box.shell("kill -SEGV $$")
        self.box.tick()
        self.assertState(job, "failed", "SIGSEGV")
        run = self.box.show(job)["runs"][0]
        self.assertEqual((run["outcome"], run["signal"], run["exit_code"]), ("signaled", signal.SIGSEGV, None))

    # --- what is left

    def test_what_a_job_leaves_behind_is_killed(self):
        """In its group, in a session of its own, and a daemon that has forked twice."""
        pipe, gate = self.held.started.path, self.held.gate.path
        job = self.box.shell(f"cat {gate} & setsid cat {gate} > /dev/null 2>&1 & "
                             f"(setsid sh -c 'exec > /dev/null 2>&1; cat {gate} & exit' &) ; "
                             f"python3 -c 'import os, subprocess; subprocess.Popen([\"cat\", \"{gate}\"], "
                             f"start_new_session=True, stdout=subprocess.DEVNULL, env={{}})'; echo > {pipe}")
        self.box.tick()
        self.assertState(job, "completed")
        left = [pid for pid in processes_of(gate)]
        self.assertEqual(left, [])

    def test_unless_the_task_allows_it(self):
        pid_file = self.box.path("pid")
        self.box.configure(f'[task.daemon]\nleftovers = "allow"\nargv = ["sh", "-c", '
                           f'"setsid sh -c \'echo $$ > {pid_file}; exec cat {self.held.gate.path}\' '
                           f'> /dev/null 2>&1 & until test -s {pid_file}; do :; done"]\n')
        job = int(self.box.escher("add", "--task", "daemon").out)
        self.box.tick()
        self.assertState(job, "completed")
        with open(pid_file, encoding="utf-8") as file:
            pid = int(file.read())
        os.kill(pid, 0)
        self.held.release()
        wait_gone([pid], self.patient(30))
