"""Earlier versions had the lock and the output beside the database."""

import contextlib
import os

from case import EndToEnd


class OldLayout(EndToEnd):
    def beside(self, name):
        return os.path.join(self.box.state, name)

    def private(self, name):
        return os.path.join(self.box.state, "private", name)

    def old_config(self):
        """What the defaults of an earlier version were."""
        self.box.configure(f'[run]\nlock = "{self.beside("run.lock")}"\n[output]\n'
                           f'directory = "{self.beside("output")}"\n[security]\ncommands = "any"\n')

    def new_config(self):
        self.box.configure('[security]\ncommands = "any"\n')

    def test_ticks_say_the_line_that_mends_it_and_init_moves_all_of_it(self):
        self.old_config()
        done = self.box.shell("echo before")
        self.box.tick()
        waiting = self.box.shell("echo after")
        self.new_config()
        for command in ([], ["--once"], ["accept", "--list"]):
            self.assertIn("init", self.box.escher(*command, status=78).err)
        self.assertState(waiting, "available")
        said = self.box.escher("init").err
        for name in ("run.lock", "output"):
            self.assertIn(f"moved '{self.beside(name)}' to '{self.private(name)}'", said)
            self.assertFalse(os.path.exists(self.beside(name)))
        self.assertNotIn("HELD", said)
        self.assertNotIn("moved", self.box.escher("init").err)
        self.box.tick()
        self.assertState(waiting, "completed")
        self.assertEqual((self.box.log(done), self.box.log(waiting)), ("before\n", "after\n"))
        self.assertEqual(self.box.outcomes_of(done), ["exited"])

    def test_nothing_is_moved_while_a_tick_lives(self):
        self.old_config()
        held = self.box.held()
        job = self.box.shell(held.script)
        tick = self.box.start()
        held.wait_started()
        self.new_config()
        for _ in range(2):
            self.assertIn("still uses", self.box.escher("init", status=75).err)
            self.box.escher(status=78)
        held.release()
        self.box.finish(tick)
        self.box.escher("init")
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["exited"])

    def test_one_that_no_tick_has_seen_needs_no_moving(self):
        self.old_config()
        job = self.box.add("true")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.beside("run.lock"))
        self.new_config()
        self.box.tick()
        self.assertState(job, "completed")
