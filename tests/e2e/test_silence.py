"""Under cron, silence means success; a person hears only what a person must act on."""

import os

from case import EndToEnd


class Silence(EndToEnd):
    def test_failing_jobs_are_the_jobs_affair(self):
        self.box.configure('[defaults]\nkill_after = "200ms"\n[security]\ncommands = "any"')
        for script in ("exit 1", "kill -KILL $$", "echo out; echo err >&2", "exit 99"):
            self.box.shell(script)
        self.box.add("/no/such/program")
        self.box.shell("while :; do :; done", options=["--timeout", "100ms"])
        self.box.insert(command="[1]")
        self.box.insert(task="nowhere")
        self.box.add("true", options=["--queue", "q"])
        self.box.escher("pause", "q")
        self.box.tick()
        self.assertEqual(self.box.sql("SELECT count(*) FROM job WHERE finished_at IS NULL"), [(1,)])
        self.box.tick()

    def test_the_log_takes_what_the_level_asks_for(self):
        log = self.box.path("log")
        self.box.configure(f'[log]\ntarget = "{log}"\nlevel = "info"\n[security]\ncommands = "any"')
        self.box.add("false", options=["--name", "told-of"])
        self.box.tick()
        with open(log, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("told-of", text)
        self.assertIn("exit status 1", text)

    def test_errors_go_to_the_log_too(self):
        log = self.box.path("log")
        self.box.configure(f'[log]\ntarget = "{log}"\n', database=self.box.path("file", "db"))
        self.box.write("file", "")
        self.box.escher(status=None)
        with open(log, encoding="utf-8") as file:
            self.assertIn(self.box.path("file"), file.read())

    def test_a_log_that_cannot_be_written_stops_nothing(self):
        job = self.box.add("true")
        self.box.configure(f'[log]\ntarget = "{self.box.path("no", "such", "log")}"\n[security]\ncommands = "any"')
        self.box.escher(status=None)
        self.assertIn(self.box.state_of(job), ("completed", "available"))
        os.mkdir(self.box.path("no"))
        os.mkdir(self.box.path("no", "such"))
        self.box.tick(silent=False)
        self.assertState(job, "completed")
