"""Creating a job starts a tick, and the creator goes on at once."""

import subprocess
import time

from case import EndToEnd
from sandbox import BINARY

AUTOMATIC = '[run]\nmode = "automatic"\nconcurrency = 8\n[security]\ncommands = "any"\n'


class AutomaticMode(EndToEnd):
    def test_add_starts_a_tick_that_runs_the_job(self):
        self.box.configure(AUTOMATIC)
        job = self.box.add("echo", "at once")
        self.box.wait(job)
        self.assertEqual(self.box.log(job), "at once\n")

    def test_in_mode_cron_add_starts_nothing_unless_told(self):
        waiting = self.box.add("true")
        self.box.wait_for_ticks()
        self.assertState(waiting, "available")
        started = self.box.add("true", options=["--start"])
        self.box.wait(started, waiting)

    def test_a_php_request_returns_while_its_job_runs(self):
        self.box.configure(AUTOMATIC)
        held = self.box.held()
        command = " ".join(map(quote, [BINARY, "add", "--", "sh", "-c", held.script]))
        page = f"exec({quote_php(command)}, $output, $status); echo implode($output), ' ', $status;"
        began = time.monotonic()
        answer = subprocess.run(["php", "-r", page], env=self.box.environment, capture_output=True, text=True,
                                timeout=self.patient(60), check=True)
        self.assertEqual(answer.stdout, "1 0")
        held.wait_started()
        self.assertState(1, "running")
        self.assertLess(time.monotonic() - began, self.patient(30))
        held.release()
        self.box.wait(1)

    def test_neither_does_it_hold_a_pipe_of_proc_open(self):
        self.box.configure(AUTOMATIC)
        held = self.box.held()
        words = ", ".join(map(quote_php, [BINARY, "add", "--", "sh", "-c", held.script]))
        page = (f"$p = proc_open([{words}], [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $pipes);"
                "echo stream_get_contents($pipes[1]), stream_get_contents($pipes[2]), proc_close($p);")
        answer = subprocess.run(["php", "-r", page], env=self.box.environment, capture_output=True, text=True,
                                timeout=self.patient(60), check=True)
        self.assertEqual(answer.stdout, "1\n0")
        held.wait_started()
        held.release()
        self.box.wait(1)

    def test_a_job_that_is_added_while_a_tick_lives_starts_at_once_too(self):
        self.box.configure(AUTOMATIC)
        held = self.box.held()
        long = self.box.shell(held.script)
        held.wait_started()
        quick = self.box.add("true")
        self.box.wait(quick, timeout=30)
        self.assertState(long, "running")
        held.release()
        self.box.wait(long)
        self.box.wait_for_ticks()
        self.assertEqual(self.box.sql("SELECT count(*) FROM tick"), [(1,)])

    def test_no_wake_up_is_lost_between_ticks(self):
        """Each add comes at a moment of its own in the life of the tick before."""
        self.box.configure(AUTOMATIC)
        for number in range(40):
            job = self.box.add("true")
            if number % 4 == 3:
                self.box.wait(job, timeout=20)
        self.box.wait(*range(1, 41), timeout=20)

    def test_start_and_wait_together(self):
        self.assertEqual(self.box.escher("add", "--start", "--wait", "--", "true").out, "1\n")
        self.assertEqual(self.box.escher("add", "--start", "--wait", "--", "false", status=1).out, "2\n")


def quote(word):
    return "'" + word.replace("'", "'\\''") + "'"


def quote_php(word):
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"
