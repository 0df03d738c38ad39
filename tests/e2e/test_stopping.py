"""A tick that is told to stop takes its jobs along and loses none."""

import signal

from case import EndToEnd

CONFIG = """
[run]
shutdown_grace = "%s"
concurrency = 8
[security]
commands = "any"
"""


class Stopping(EndToEnd):
    def stop(self, number, *args, scripts, options=()):
        held = self.box.held()
        jobs = [self.box.shell(script.replace("HOLD", held.script), options=options) for script in scripts]
        waiting = self.box.add("true", options=["--in", "1d"])
        tick = self.box.start(*args)
        held.wait_started(len(jobs))
        tick.send_signal(number)
        self.box.finish(tick, status=128 + number)
        self.assertState(waiting, "scheduled")
        held.release()
        return jobs

    def check_given_back(self, jobs):
        for job in jobs:
            (state, attempts), = self.box.sql("SELECT state, attempts FROM job WHERE id = ?", job)
            self.assertIn(state, ("retryable", "available"))
            self.assertEqual(attempts, 0, "a shutdown costs no attempt")
            self.assertEqual(self.box.sql("SELECT outcome, by_shutdown FROM run WHERE job = ?", job), [("cancelled", 1)])

    def test_term_ends_jobs_by_term_and_gives_the_attempt_back(self):
        self.box.configure(CONFIG % "20s")
        witness = self.box.path("witness")
        jobs = self.stop(signal.SIGTERM, scripts=["HOLD", f"trap 'echo term >> {witness}; exit 1' TERM; HOLD & wait"])
        self.check_given_back(jobs)
        with open(witness, encoding="utf-8") as file:
            self.assertEqual(file.read(), "term\n")
        self.box.tick()
        self.assertEqual([self.box.outcomes_of(job) for job in jobs], [["cancelled", "exited"]] * 2)

    def test_a_job_that_ignores_term_is_killed_after_the_grace(self):
        self.box.configure(CONFIG % "200ms")
        self.check_given_back(self.stop(signal.SIGTERM, scripts=["trap '' TERM; HOLD; HOLD"]))

    def test_an_interrupt_by_hand_does_the_same(self):
        self.box.configure(CONFIG % "5s")
        self.check_given_back(self.stop(signal.SIGINT, "--once", scripts=["HOLD"]))

    def test_a_job_with_one_attempt_is_not_used_up_by_many_shutdowns(self):
        self.box.configure(CONFIG % "5s")
        job = None
        for number in range(3):
            held = self.box.held(f"held{number}")
            script = f". {self.box.path('now')}"
            self.box.write("now", held.script)
            job = job or self.box.shell(script)
            tick = self.box.start()
            held.wait_started()
            tick.terminate()
            self.box.finish(tick, status=143)
            held.release()
        self.box.write("now", "true")
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(self.box.outcomes_of(job), ["cancelled"] * 3 + ["exited"])

    def test_a_hangup_of_the_terminal_is_no_accident(self):
        """Whatever the tick makes of SIGHUP, its job ends in a state that loses nothing."""
        held = self.box.held()
        job = self.box.shell(held.script)
        tick = self.box.start()
        held.wait_started()
        tick.send_signal(signal.SIGHUP)
        held.release()
        tick.communicate(timeout=self.patient(60))
        self.box.tick()
        self.assertState(job, "completed")
