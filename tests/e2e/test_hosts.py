"""A second host on one database: its own boot id, its own pid namespace, perhaps its own state directory."""

import os
import unittest

from case import EndToEnd, as_root
from sandbox import BINARY

ANOTHER_BOOT = "11111111-2222-4333-8444-555555555555\n"


@as_root
class Hosts(EndToEnd):
    def setUp(self):
        super().setUp()
        self.boot = self.box.write("boot_id", ANOTHER_BOOT)
        self.held = self.box.held()

    def second_host(self, before="true", another_boot=True):
        """What runs the binary in namespaces of its own, under another boot id, after the script `before`."""
        boot = 'mount --bind "$0" /proc/sys/kernel/random/boot_id' if another_boot else "true"
        script = f'{before} && {boot} && "$@"; exit $?'
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, self.boot,
                BINARY]

    def assertRunsOnce(self, job):
        self.assertState(job, "running")
        self.assertEqual(self.box.sql("SELECT count(*) FROM run WHERE job = ?", job), [(1,)])

    def assertCompletedOnce(self, job):
        self.assertState(job, "completed")
        self.assertEqual(self.box.outcomes_of(job), ["exited"])
        self.assertEqual(self.box.log(job), "once\n")

    def test_a_second_host_leaves_a_living_run_alone(self):
        job = self.box.shell(f"echo once; {self.held.script}", options=["--retries", "5"])
        tick = self.box.start()
        self.held.wait_started()
        for _ in range(2):
            other = self.box.add("true")
            result = self.box.escher("--once", "-q", program=self.second_host())
            self.assertEqual((result.out, result.err), ("", ""))
            self.assertState(other, "completed")
            self.assertRunsOnce(job)
        self.held.release()
        self.box.finish(tick)
        self.assertCompletedOnce(job)

    def test_the_run_of_a_second_host_is_left_alone(self):
        job = self.box.shell(f"echo once; {self.held.script}", options=["--retries", "5"])
        tick = self.box.start(program=self.second_host())
        self.held.wait_started()
        self.assertEqual(self.box.sql("SELECT boot_id FROM run"), [("",)]) # not the kernel's own
        with open(os.path.join(self.box.state, "private", "run.lock"), "rb") as lock:
            self.assertRegex(lock.readline(), rb"^pid \d+ since \d+ uptime \d+ *$")
        self.box.add("true")
        self.box.escher("--once", "-q")
        self.assertRunsOnce(job)
        self.held.release()
        self.box.finish(tick)
        self.assertCompletedOnce(job)

    def test_a_second_host_does_not_call_a_living_tick_gone(self):
        job = self.box.shell(self.held.script)
        tick = self.box.start()
        self.held.wait_started()
        self.assertNotIn("unsupervised", self.box.escher("show", job, program=self.second_host()).out)
        self.held.release()
        self.box.finish(tick)

    def test_a_host_that_died_is_noticed(self):
        job = self.box.shell(f"echo once; {self.held.script}")
        tick = self.box.start(program=self.second_host())
        self.held.wait_started()
        tick.kill() # the namespace goes with it
        tick.wait()
        self.box.until(lambda: (self.box.tick(status=None, silent=False), self.box.state_of(job) == "failed")[1])
        self.assertEqual(self.box.outcomes_of(job), ["lost"])

    def test_a_run_beside_another_lock_file_is_shown_as_another_hosts(self):
        """The same paths, but a state directory of its own is mounted there, as in a container."""
        private = self.box.path("private")
        elsewhere = self.box.path("elsewhere")
        os.mkdir(private, 0o700)
        os.mkdir(elsewhere, 0o700)
        self.box.configure(f'[run]\nlock = "{private}/run.lock"\n[output]\ndirectory = "{private}/output"\n'
                           '[security]\ncommands = "any"\n')
        job = self.box.shell(f"echo once; {self.held.script}", options=["--retries", "5"])
        tick = self.box.start()
        self.held.wait_started()
        own_state = f'mount --bind "{elsewhere}" "{private}"'
        for another_boot in (True, False):
            result = self.box.escher(program=self.second_host(own_state, another_boot), status=None)
            self.assertIn("another host", result.err)
            self.assertRunsOnce(job)
        shown = self.box.escher("show", job, program=self.second_host(own_state)).out
        self.assertIn("another host", shown)
        self.assertNotIn("another host", self.box.escher("show", job).out)
        self.held.release()
        self.box.finish(tick)
        self.assertCompletedOnce(job)


if __name__ == "__main__":
    unittest.main()
