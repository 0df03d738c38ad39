"""Many ticks and many clients at the same moment."""

import os
import subprocess

from case import EndToEnd, not_fast
from sandbox import BINARY, DEFAULT_CONFIG


class ManyTicks(EndToEnd):
    def ticks(self, count):
        """Starts ticks that all begin at once; returns them."""
        gate = self.box.held("gate").gate
        ticks = [self.box.start("-c", f'read -r line < {gate.path}; exec {BINARY}', program=["bash"])
                 for _ in range(count)]
        # Each reads one line; writing them all is one system call.
        import os
        os.write(gate.fd, b"\n" * count)
        return ticks

    def run_together(self, count):
        witness = self.box.path("witness")
        job = self.box.shell(f"echo ran >> {witness}")
        for tick in self.ticks(count):
            result = self.box.finish(tick)
            self.assertEqual((result.out, result.err), ("", ""))
        self.assertState(job, "completed")
        with open(witness, encoding="utf-8") as file:
            self.assertEqual(file.read(), "ran\n")
        self.assertEqual(self.box.sql("SELECT count(*), max(attempt) FROM run"), [(1, 1)])

    def test_of_two_ticks_one_claims(self):
        self.run_together(2)

    def test_of_fifty_ticks_one_claims(self):
        self.run_together(50)

    def test_a_tick_beside_a_busy_one_leaves_its_job_alone_and_succeeds(self):
        held = self.box.held()
        job = self.box.shell(held.script)
        first = self.box.start()
        held.wait_started()
        self.box.escher("--once")
        self.assertState(job, "running")
        held.release()
        self.box.finish(first)
        self.assertState(job, "completed")
        self.assertEqual(self.box.sql("SELECT count(*) FROM run"), [(1,)])


class ManyClients(EndToEnd):
    def setUp(self):
        super().setUp()
        # How long a hundred processes take is the machine's affair. That they wait for each other is asserted.
        self.patience = f'busy_timeout = "{min(600, int(self.patient(100)))}s"\n'
        self.box.configure(self.patience + DEFAULT_CONFIG)

    def test_of_a_hundred_concurrent_adds_none_is_lost(self):
        self.box.escher("init")
        self.concurrent_adds(100, 100)
        self.box.tick()
        self.assertEqual(self.box.sql("SELECT state, count(*) FROM job GROUP BY state"), [("completed", 100)])

    def test_the_first_adds_may_come_at_once_too(self):
        """The database is made by whichever is first."""
        self.concurrent_adds(20, 20)
        self.assertEqual(self.box.sql("SELECT count(*) FROM job"), [(20,)])

    def concurrent_adds(self, count, at_once):
        script = f"seq {count} | xargs -P {at_once} -n 1 {BINARY} add -- true"
        result = subprocess.run(["sh", "-c", script], env=self.box.environment, capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(sorted(map(int, result.stdout.split())), list(range(1, count + 1)))

    @not_fast
    def test_five_hundred_adds_in_automatic_mode_start_few_ticks_and_lose_no_job(self):
        self.box.configure(self.patience + '[run]\nmode = "automatic"\nconcurrency = 4\n[security]\ncommands = "any"')
        self.box.escher("init")
        self.concurrent_adds(500, 8)
        self.box.wait(*range(1, 501), timeout=120)
        self.assertEqual(self.box.sql("SELECT state, count(*) FROM job GROUP BY state"), [("completed", 500)])
        self.assertEqual(self.box.sql("SELECT count(*) FROM run"), [(500,)])
        self.box.wait_for_ticks()
        ticks = self.box.sql("SELECT count(*) FROM tick")[0][0]
        self.assertLessEqual(ticks, 50, "a burst starts few ticks")

    def test_a_batch_is_created_whole(self):
        lines = "".join(f'{{"command": ["echo", "{n}"], "name": "n{n}"}}\n' for n in range(50))
        result = self.box.escher("add", "--batch", input=lines)
        self.assertEqual(result.out.split(), [str(n) for n in range(1, 51)])
        self.box.tick()
        self.assertEqual(self.box.log(50), "49\n")

    def test_a_batch_that_cannot_be_read_is_no_empty_one(self):
        said = self.box.escher("add", "--batch", self.box.root, status=74).err
        self.assertIn(f"cannot read '{self.box.root}': Is a directory", said)
        directory = os.open(self.box.root, os.O_RDONLY)
        self.addCleanup(os.close, directory)
        said = self.box.escher("add", "--batch", stdin=directory, status=74).err
        self.assertIn("cannot read standard input: Is a directory", said)

    def test_a_batch_with_a_mistake_creates_nothing(self):
        lines = '{"command": ["true"]}\n{"command": ["true"], "nmae": "x"}\n{"command": []}\n'
        result = self.box.escher("add", "--batch", input=lines, status=65)
        self.assertIn("2", result.err)
        self.assertIn("name", result.err)
        self.assertEqual(self.box.sql("SELECT count(*) FROM job") if self.box.has_database() else [(0,)], [(0,)])
