"""What jobs print: bounded on disk, readable afterwards, followed while they run."""

import os
import pty
import select
import time

from case import EndToEnd, slow
from sandbox import PATIENCE

FIVE_GIGABYTES = 5_000_000_000
LIMIT = 4 * 1024 * 1024


class Output(EndToEnd):
    @slow
    def test_five_gigabytes_are_bounded_to_head_and_tail(self):
        self.box.configure('[output]\nmax_bytes = "4MiB"\n[security]\ncommands = "any"')
        job = self.box.shell(f"echo the-head; yes 0123456789abcde | head -c {FIVE_GIGABYTES}; echo the-tail")
        tick = self.box.start()
        file = os.path.join(self.box.state, "private", "output", f"{job}.1.log")
        samples = []
        while tick.poll() is None:
            select.select([], [], [], 0.01)  # a size has no event
            try:
                status = os.stat(file)
            except FileNotFoundError:
                continue
            samples.append((time.monotonic(), status.st_size, status.st_blocks * 512))
        self.box.finish(tick)
        self.assertState(job, "completed")
        self.assertGreater(len(samples), 10)
        for now, size, used in samples:
            before = max((earlier for at, earlier, _ in samples if at <= now - PATIENCE), default=0)
            self.assertLessEqual(used, LIMIT + (size - before) + 65536, "more than 4 MiB and what was written between two looks")
        # One file system block may be left at each edge of what was dropped.
        self.assertLessEqual(os.stat(file).st_blocks * 512, LIMIT + 16384)
        total = FIVE_GIGABYTES + len("the-head\nthe-tail\n")
        (written, dropped), = self.box.sql("SELECT output_written, output_dropped FROM run")
        self.assertEqual(written, total)
        self.assertGreaterEqual(dropped, total - LIMIT - 16384)
        log = self.box.log(job)
        self.assertTrue(log.startswith("the-head\n0123456789abcde\n"), log[:100])
        self.assertTrue(log.endswith("\nthe-tail\n"), log[-100:])
        self.assertLess(len(log), LIMIT + 65536)
        self.assertIn("dropped", log.replace("0123456789abcde\n", ""))

    def test_binary_output_comes_back_byte_by_byte(self):
        job = self.box.add("perl", "-e", "print map { chr } 0 .. 255")
        self.box.tick()
        child = self.box.start("log", job)
        out, err = child.communicate(timeout=self.patient(30))
        self.assertEqual((out, err), (bytes(range(256)), b""))

    def test_output_without_a_last_newline_is_not_given_one(self):
        job = self.box.add("printf", "no newline")
        self.box.tick()
        self.assertEqual(self.box.log(job), "no newline")

    def test_a_job_that_closes_its_output_is_not_disturbed(self):
        job = self.box.shell("echo before; exec >&- 2>&-; exit 0")
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(self.box.log(job), "before\n")

    def test_log_follows_a_running_job_to_its_end(self):
        pipe = self.box.held().started
        gate = self.box.held("next")
        job = self.box.shell(f"echo first; read -r line < {pipe.path}; echo second; {gate.script}; printf last")
        tick = self.box.start()
        self.box.until(lambda: self.box.sql("SELECT 1 FROM run WHERE started_at IS NOT NULL"))
        follower = self.box.start("log", "-f", job)
        self.assertEqual(self.read_line(follower), b"first\n")
        os.write(pipe.fd, b"go on\n")
        self.assertEqual(self.read_line(follower), b"second\n")
        gate.wait_started()
        self.assertIsNone(follower.poll())
        gate.release()
        self.assertEqual(self.box.finish(follower).out, "last")
        self.box.finish(tick)

    def test_log_of_each_run_can_be_had(self):
        self.box.configure('[defaults]\nbackoff = ["0s"]\n[security]\ncommands = "any"')
        job = self.box.shell("echo attempt $ESCHER_ATTEMPT; [ $ESCHER_ATTEMPT = 2 ]", options=["--retries", "2"])
        self.box.tick()
        self.assertEqual(self.box.log(job), "attempt 2\n")
        self.assertEqual(self.box.log(job, "--run", "1"), "attempt 1\n")
        self.assertEqual(self.box.log(job, "--run", "-1"), "attempt 2\n")
        self.box.escher("log", "--run", "7", job, status=1)

    def test_the_log_of_a_job_that_has_not_run_says_so(self):
        job = self.box.add("true")
        result = self.box.escher("log", job, status=None)
        self.assertEqual(result.out, "")
        self.assertTrue(result.err)

    def test_terminal_escapes_of_jobs_do_not_reach_a_terminal(self):
        evil = "\x1b]0;owned\x07\x1b[2J"
        self.box.escher("add", "--name", evil, "--", "true", status=64)
        job = self.box.add("printf", "%s\\n", evil)
        self.box.sql("UPDATE job SET name = ? WHERE id = ?", "n" + evil, job)
        self.box.insert(command=["true"], name=evil, queue="q" + evil, created_by=evil)
        self.box.sql("INSERT INTO queue (name, paused_by, reason) VALUES ('', ?, ?)", evil, evil)
        for words in (["list"], ["list", "-v"], ["show", job], ["show", job + 1], ["status"]):
            self.assertNotIn("\x1b", self.on_terminal(*words), words)
        self.box.escher("resume")
        self.assertNotIn("\x1b]", self.on_terminal("--once"))
        for words in (["log", job], ["show", job], ["wait", job]):
            self.assertNotIn("\x1b]", self.on_terminal(*words), words)
        self.assertEqual(self.box.log(job), evil + "\n")

    def test_colour_obeys_the_terminal_and_no_color(self):
        self.box.add("false")
        self.box.tick()
        self.assertNotIn("\x1b[", self.box.escher("list").out)
        self.assertIn("\x1b[", self.on_terminal("--color", "always", "list"))
        self.assertNotIn("\x1b[", self.on_terminal("--color", "never", "list", env={"NO_COLOR": ""}))
        self.assertNotIn("\x1b[", self.on_terminal("list"))  # NO_COLOR is set there
        self.assertIn("\x1b[", self.on_terminal("list", env={"NO_COLOR": ""}))

    def test_a_reader_that_goes_away_is_no_error(self):
        for _ in range(20):
            self.box.add("true", options=["--name", "n" * 200])
        reading, writing = os.pipe()
        child = self.box.start("list", stdout=writing)
        os.close(writing)
        os.close(reading)
        _, err = child.communicate(timeout=self.patient(30))
        self.assertEqual(err, b"")

    def test_a_full_disk_under_stdout_is_an_error(self):
        self.box.add("true")
        with open("/dev/full", "wb") as full:
            child = self.box.start("list", stdout=full)
            _, err = child.communicate(timeout=self.patient(30))
        self.assertEqual(child.returncode, 74)
        self.assertIn(b"No space left", err)

    def test_floods_of_progress_and_messages_disturb_nobody(self):
        from sandbox import BINARY
        job = self.box.shell(f"for i in 1 2 3 4 5; do for j in 1 2 3 4 5 6 7 8; do {BINARY} message 'text '$i$j & "
                             f"{BINARY} progress $i$j & done; wait; done")
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(len(self.box.show(job)["messages"]), 40)

    # ---

    def read_line(self, child):
        self.assertTrue(select.select([child.stdout], [], [], self.patient(30))[0], "nothing to read")
        return child.stdout.readline()

    def on_terminal(self, *words, env=None):
        """What the binary shows on a terminal."""
        ours, theirs = pty.openpty()
        child = self.box.start(*words, stdin=theirs, stdout=theirs, stderr=theirs,
                               env={"NO_COLOR": "1", "TERM": "xterm-256color", **(env or {})})
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 30 * PATIENCE)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        child.wait(timeout=30 * PATIENCE)
        return shown.decode("utf-8", "replace")
