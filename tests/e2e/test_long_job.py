"""A long job holds nobody up."""

import time

from case import EndToEnd, slow


class LongJob(EndToEnd):
    @slow
    def test_a_90_second_job_delays_neither_later_jobs_nor_newer_ticks(self):
        long = self.box.shell("sleep 90; echo slept")
        older = self.box.start()
        self.box.until(lambda: self.box.state_of(long) == "running")

        # The same tick takes a job that is created meanwhile.
        began = time.monotonic()
        second = self.box.add("echo", "second")
        self.box.wait(second, timeout=30)
        self.assertIsNone(older.poll())

        # A newer tick takes over and claims; the older one only sees its own job home.
        held = self.box.held()
        third, newer = self.box.hand_over(older, held.script)
        held.wait_started(timeout=30)
        runners = dict(self.box.sql("SELECT job, runner_pid FROM run"))
        held.release()
        self.box.wait(third, timeout=30)
        self.box.finish(newer)
        # The lock is free again: the next minute's tick takes what comes now, while the first one still waits.
        fourth = self.box.add("echo", "fourth")
        latest = self.box.start()
        self.box.wait(fourth, timeout=30)
        self.box.finish(latest)
        self.assertLess(time.monotonic() - began, 60, "the jobs waited for the long one")
        self.assertState(long, "running")
        self.assertEqual(runners[long], older.pid)
        self.assertEqual(self.box.sql("SELECT runner_pid FROM run WHERE job = ?", third), [(newer.pid,)])
        self.assertEqual(self.box.sql("SELECT runner_pid FROM run WHERE job = ?", fourth), [(latest.pid,)])
        result = self.box.finish(older, timeout=120)
        self.assertEqual((result.out, result.err), ("", ""))
        self.assertState(long, "completed")
        self.assertEqual(self.box.log(long), "slept\n")
        (started, ended), = self.box.sql("SELECT started_at, ended_at FROM run WHERE job = ?", long)
        self.assertGreaterEqual(ended - started, 90_000)
        self.assertLess(ended - started, 95_000 * self.patient(1))
