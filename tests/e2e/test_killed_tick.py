"""SIGKILL to the tick while jobs of every kind run, and the tick after that."""

import os
import signal

from case import EndToEnd
from processes import processes_of, wait_gone
from sandbox import BINARY


class KilledTick(EndToEnd):
    def setUp(self):
        super().setUp()
        self.held = self.box.held()
        self.double = self.box.path("double")

    def guarded(self, name, script, options):
        """A job that runs `script` in sh, under a lock of its own."""
        guard = (f'exec 9>>{self.box.path(name)}.lock; flock -n 9 || echo {name} >> {self.double}; ')
        return self.box.add("sh", "-c", guard + script, options=["--name", name, *options])

    def eight_jobs(self, options):
        started, gate = self.held.started.path, self.held.gate.path
        hold = f"echo $ESCHER_JOB_ID > {started}; cat {gate}"
        php = self.box.write("hold.php", f"<?php exec('{hold}');")
        python = self.box.write("hold.py", f"import subprocess\nsubprocess.run(['sh', '-c', '{hold}'],"
                                           " capture_output=True, stdin=subprocess.DEVNULL)\n")
        return [
            self.guarded("plain", f"echo $ESCHER_JOB_ID > {started}; exec cat {gate}", options),
            self.guarded("children", f"({hold}) & cat {gate} & wait", options),
            self.guarded("redirected", f"exec > {self.box.path('elsewhere')} 2>&1; {hold}", options),
            self.guarded("devnull", f"exec > /dev/null 2>&1 < /dev/null; {hold}; true", options),
            self.guarded("setsid", f"setsid sh -c '({hold}) > /dev/null 2>&1' & cat {gate}", options),
            self.guarded("php", f"php {php}; true", options),
            self.guarded("python", f"python3 {python}; true", options),
            self.guarded("nohup", f"trap '' TERM HUP INT; {hold}; cat {gate}; true", options),
        ]

    def kill_and_tick_again(self, options):
        jobs = self.eight_jobs(options)
        tick = self.box.start()
        self.assertEqual(sorted(self.held.wait_started(8)), jobs)
        tick.kill()
        tick.wait()
        self.box.finish(tick, status=-signal.SIGKILL)
        # The first tick after it may find trees to kill and the second find them gone; each ends by itself.
        self.box.tick(silent=False)
        return jobs

    def settle(self, jobs, state):
        """Ticks until none of the jobs is running; a tick that waits for a killed tree stays that long itself."""
        for _ in range(5):
            if all(self.box.state_of(job) == state for job in jobs):
                return
            self.box.tick(silent=False)
        self.fail([(job, self.box.state_of(job), self.box.reason_of(job)) for job in jobs])

    def test_eight_jobs_without_retries_are_lost_and_nothing_is_left(self):
        jobs = self.kill_and_tick_again([])
        self.settle(jobs, "failed")
        for job in jobs:
            self.assertEqual(self.box.outcomes_of(job), ["lost"], job)
            self.assertTrue(self.box.reason_of(job), job)
        self.assertEqual(processes_of(self.box.root), [])
        self.assertFalse(os.path.exists(self.double))

    def test_eight_jobs_with_retries_run_again_and_never_two_at_once(self):
        self.box.configure('[run]\nconcurrency = 8\n[security]\ncommands = "any"\n[defaults]\nbackoff = ["0s"]')
        jobs = self.eight_jobs(["--retries", "1"])
        first = self.box.start()
        self.held.wait_started(8)
        first.kill()
        first.wait()
        second = self.box.start()
        self.assertEqual(sorted(self.held.wait_started(8, timeout=self.patient(60))), jobs)
        self.held.release()
        self.box.finish(second)
        self.settle(jobs, "completed")
        for job in jobs:
            self.assertEqual(self.box.outcomes_of(job), ["lost", "exited"], job)
        self.assertFalse(os.path.exists(self.double), "a job ran twice at the same time")

    def test_a_tick_beside_orphans_of_a_killed_tick_never_doubles_a_job(self):
        """Four ticks at once after the kill: whoever recovers, each job runs again once."""
        self.box.configure('[run]\nconcurrency = 8\n[security]\ncommands = "any"\n[defaults]\nbackoff = ["0s"]')
        jobs = self.eight_jobs(["--retries", "1"])
        first = self.box.start()
        self.held.wait_started(8)
        first.kill()
        first.wait()
        ticks = [self.box.start() for _ in range(4)]
        self.assertEqual(sorted(self.held.wait_started(8, timeout=self.patient(60))), jobs)
        self.held.release()
        for tick in ticks:
            self.box.finish(tick)
        self.settle(jobs, "completed")
        self.assertEqual(self.box.sql("SELECT count(*) FROM run"), [(16,)])
        self.assertFalse(os.path.exists(self.double), "a job ran twice at the same time")

    def test_a_job_that_ended_while_nobody_watched_is_lost_not_guessed(self):
        job = self.box.shell(self.held.script)
        tick = self.box.start()
        self.held.wait_started()
        (pid,), = self.box.until(lambda: self.box.sql("SELECT pid FROM run WHERE pid IS NOT NULL"))
        tick.kill()
        tick.wait()
        wait_gone([pid], self.patient(30))  # it dies with its runner
        self.box.tick(silent=False)
        self.assertEqual(self.box.outcomes_of(job), ["lost"])
        self.assertState(job, "failed")

    def test_a_stopped_tick_is_not_robbed(self):
        """Its jobs live: nobody takes them for dead, whatever time passes; other ticks leave at once."""
        job = self.box.shell(self.held.script, options=["--retries", "3"])
        tick = self.box.start()
        self.held.wait_started()
        os.kill(tick.pid, signal.SIGSTOP)
        try:
            self.box.tick()
            self.assertState(job, "running")
            self.assertEqual(self.box.sql("SELECT count(*) FROM run"), [(1,)])
            self.alarm(tick)
        finally:
            os.kill(tick.pid, signal.SIGCONT)
        self.held.release()
        self.box.finish(tick)
        self.assertState(job, "completed")

    def alarm(self, tick):
        """Once the lock has not changed hands for minutes a tick says so, and who holds it."""
        late = self.box.escher("-f", "+10m", BINARY, program=["faketime"], status=None)
        if "libasan" in late.err or "ASan" in late.err:
            return  # a preloaded library and the sanitizer do not go together
        self.assertEqual(late.status, 75, late)
        self.assertIn(str(tick.pid), late.err)

    def test_an_earlier_ticks_jobs_survive_a_newer_tick_that_is_killed(self):
        first_job = self.box.shell(self.held.script)
        first = self.box.start()
        self.held.wait_started()
        other = self.box.held("other")
        second_job, second = self.box.hand_over(first, other.script)
        other.wait_started()
        second.kill()
        second.wait()
        self.box.escher("--once", status=None)
        self.assertState(second_job, "failed")
        self.assertState(first_job, "running")
        self.held.release()
        self.box.finish(first)
        self.assertState(first_job, "completed")
