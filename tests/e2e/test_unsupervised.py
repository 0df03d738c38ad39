"""What is said of running jobs: how long they have run, and which of them nobody looks after."""

import json
import re
import signal
import unittest

from case import EndToEnd


class Unsupervised(EndToEnd):
    def setUp(self):
        super().setUp()
        self.held = self.box.held()

    def status(self):
        return json.loads(self.box.escher("status", "--json").out)

    def metrics(self):
        """The samples by name and labels; every metric has a head, and every line is in the format."""
        samples = {}
        heads = set()
        for line in self.box.escher("metrics").out.splitlines():
            if line.startswith("#"):
                heads.add(line.split()[2])
                continue
            name, labels, value = re.fullmatch(r"([a-z_]+)(\{[a-z]+=\"[a-z]+\"\})? ([0-9.]+)", line).groups("")
            self.assertIn(name, heads)
            samples[name + labels] = float(value)
        return samples

    def test_a_run_is_marked_from_the_death_of_its_tick_until_the_next(self):
        job = self.box.shell(self.held.script)
        tick = self.box.start()
        self.held.wait_started()
        self.assertIsNone(self.box.show(job)["reason"])
        self.assertEqual(self.status()["unsupervised"], [])
        self.assertEqual(self.metrics()["escher_cron_unsupervised_jobs"], 0)

        tick.kill()
        self.box.finish(tick, status=-signal.SIGKILL)
        self.assertIn("unsupervised", self.box.show(job)["reason"])
        self.assertIn("unsupervised", self.box.escher("show", job).out)
        self.assertIn("unsupervised", self.box.listed()[0]["reason"])
        self.assertIn("unsupervised", self.box.escher("list", "-v").out)
        self.assertEqual(self.status()["unsupervised"], [job])
        self.assertIn(f"unsupervised\tjob {job}:", self.box.escher("status").out)
        self.assertEqual(self.metrics()["escher_cron_unsupervised_jobs"], 1)

        self.box.until(lambda: (self.box.tick(silent=False), self.box.state_of(job) == "failed")[1])
        self.assertNotIn("unsupervised", self.box.show(job)["reason"])
        self.assertEqual(self.status()["unsupervised"], [])

    def test_metrics_tell_how_long_jobs_run_and_how_ticks_ended(self):
        self.box.tick()
        samples = self.metrics()
        self.assertEqual(samples['escher_cron_recent_ticks{outcome="succeeded"}'], 1)
        self.assertEqual(samples['escher_cron_recent_ticks{outcome="unfinished"}'], 0)
        self.assertNotIn("escher_cron_oldest_running_age_seconds", samples)

        self.box.shell(self.held.script)
        tick = self.box.start()
        self.held.wait_started()
        self.box.sql("UPDATE run SET claimed_at = claimed_at - 3600000")
        samples = self.metrics()
        self.assertEqual(samples['escher_cron_jobs{state="running"}'], 1)
        self.assertEqual(samples['escher_cron_recent_ticks{outcome="unfinished"}'], 1)
        self.assertGreaterEqual(samples["escher_cron_oldest_running_age_seconds"], 3600)
        self.assertLess(samples["escher_cron_oldest_running_age_seconds"], 3600 + self.patient(60))

        self.held.release()
        self.box.finish(tick)
        samples = self.metrics()
        self.assertEqual(samples['escher_cron_recent_ticks{outcome="succeeded"}'], 2)
        self.assertEqual(samples['escher_cron_last_tick_jobs{result="completed"}'], 1)


if __name__ == "__main__":
    unittest.main()
