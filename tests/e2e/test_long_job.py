"""A long job holds nobody up."""

import subprocess
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
        # The next minute's tick takes what comes now; the one before has no job of its own left and ends.
        fourth, latest = self.box.hand_over(newer, "echo fourth")
        self.box.wait(fourth, timeout=30)
        self.box.finish(newer)
        self.assertLess(time.monotonic() - began, 60, "the jobs waited for the long one")
        self.assertState(long, "running")
        self.assertEqual(runners[long], older.pid)
        self.assertEqual(self.box.sql("SELECT runner_pid FROM run WHERE job = ?", third), [(newer.pid,)])
        self.assertEqual(self.box.sql("SELECT runner_pid FROM run WHERE job = ?", fourth), [(latest.pid,)])
        result = self.box.finish(older, timeout=120)
        self.assertEqual((result.out, result.err), ("", ""))
        self.box.finish(latest)
        self.assertState(long, "completed")
        self.assertEqual(self.box.log(long), "slept\n")
        (started, ended), = self.box.sql("SELECT started_at, ended_at FROM run WHERE job = ?", long)
        self.assertGreaterEqual(ended - started, 90_000)
        self.assertLess(ended - started, 95_000 * self.patient(1))

    def test_a_job_created_by_sql_beside_a_long_one_of_an_older_tick_starts_at_once(self):
        """While any run lives, some tick claims: the newest one stays, and ticks do not pile up."""
        held, late = self.box.held(), self.box.held("late")
        long = self.box.shell(held.script)
        older = self.box.start()
        held.wait_started()
        second, newer = self.box.hand_over(older, "true")
        self.box.wait(second, timeout=30)
        with self.assertRaises(subprocess.TimeoutExpired):
            newer.wait(timeout=2)
        began = time.monotonic()
        created = self.box.insert(command=["sh", "-c", late.script])
        late.wait_started(timeout=self.patient(30))
        delay = time.monotonic() - began
        self.assertLess(delay, self.patient(10))
        self.assertEqual(self.box.sql("SELECT runner_pid FROM run WHERE job = ?", created), [(newer.pid,)])
        late.release()
        self.box.wait(created, timeout=30)

        # The next minute's tick stays in its place, one by hand does not stay.
        latest = self.box.start()
        self.box.finish(newer)
        self.box.until(lambda: self.box.sql("SELECT count(*) FROM tick") == [(3,)])  # it claims
        self.assertIsNone(latest.poll())
        self.box.escher("--once")
        self.box.finish(latest)
        self.assertState(long, "running")
        self.assertEqual(self.box.sql("SELECT count(*) FROM tick WHERE ended_at IS NULL"), [(1,)])
        held.release()
        self.box.finish(older)
        self.assertState(long, "completed")
