"""A job's life, seen through the command line."""

import getpass
import json
import re

from case import EndToEnd
from sandbox import BINARY


class FirstSteps(EndToEnd):
    def test_add_prints_the_new_id_and_nothing_else(self):
        result = self.box.escher("add", "--", "true")
        self.assertEqual(result.out, "1\n")
        self.assertEqual(result.err, "")
        self.assertEqual(self.box.escher("add", "--", "true").out, "2\n")

    def test_a_tick_runs_a_job_and_its_output_can_be_read(self):
        job = self.box.shell("echo to stdout; echo to stderr >&2")
        self.assertState(job, "available")
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(self.box.log(job), "to stdout\nto stderr\n")
        self.assertEqual(self.box.outcomes_of(job), ["exited"])

    def test_a_tick_with_nothing_to_do_is_silent(self):
        self.box.tick()
        self.box.tick()

    def test_arguments_reach_the_job_untouched(self):
        argv = ["printf", "%s|", "", "a b", "*", "$HOME", "--json", "-v", "--", "x,y", "'\"", "\\n", "tab\there", "ä€😀"]
        job = self.box.add(*argv)
        self.box.tick()
        self.assertEqual(self.box.log(job), "".join(word + "|" for word in argv[2:]))

    def test_show_tells_everything_of_a_job_that_ran(self):
        job = self.box.add("sh", "-c", "echo 12345; escher_cron=$1; $escher_cron progress 50 half; "
                           "$escher_cron message --level warning 'look here'; "
                           "$escher_cron note result '{\"rows\": [1, 2]}'; "
                           "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; exit 3", "sh", BINARY,
                           options=["--name", "a name", "--queue", "reports", "--priority", "-5"])
        self.box.tick()
        shown = self.box.show(job)
        self.assertEqual(shown["schema"], 1)
        self.assertEqual(shown["id"], job)
        self.assertRegex(shown["token"], "^[0-9a-f]{32}$")
        self.assertEqual(shown["name"], "a name")
        self.assertEqual(shown["queue"], "reports")
        self.assertEqual(shown["priority"], -5)
        self.assertEqual(shown["state"], "failed")
        self.assertIn("3", shown["reason"])
        self.assertEqual(shown["progress"], 50)
        self.assertEqual(shown["progress_text"], "half")
        self.assertIn(getpass.getuser(), shown["created_by"])
        self.assertTime(shown["created_at"])
        self.assertEqual(len(shown["runs"]), 1)
        run = shown["runs"][0]
        self.assertTime(run["started_at"])
        self.assertTime(run["ended_at"])
        self.assertEqual((run["outcome"], run["exit_code"], run["signal"]), ("exited", 3, None))
        self.assertEqual(run["description"], "exit status 3")
        self.assertGreaterEqual(run["duration_ms"], 1)
        self.assertGreater(run["cpu_user_ms"] + run["cpu_system_ms"], 0)
        self.assertGreater(run["peak_memory_bytes"], 100_000)
        self.assertEqual((run["output_bytes"], run["output_dropped_bytes"]), (6, 0))
        message, = shown["messages"]
        self.assertEqual((message["level"], message["text"], message["run"]), ("warning", "look here", run["id"]))
        note, = shown["notes"]
        self.assertEqual((note["key"], note["value"]), ("result", {"rows": [1, 2]}))

    def test_show_for_people_tells_the_same(self):
        job = self.box.shell("exit 3", options=["--name", "breaks"])
        self.box.tick()
        text = self.box.escher("show", job).out
        for word in ("breaks", "failed", "exit status 3"):
            self.assertIn(word, text)

    def test_list_as_json_has_the_promised_fields(self):
        ok = self.box.add("true")
        bad = self.box.add("false")
        later = self.box.add("true", options=["--in", "1h"])
        self.box.tick()
        jobs = {job["id"]: job for job in self.box.listed()}
        self.assertEqual({job["state"] for job in jobs.values()}, {"completed", "failed", "scheduled"})
        for job in jobs.values():
            for field in ("id", "token", "name", "queue", "state", "reason", "progress", "runs"):
                self.assertIn(field, job)
        self.assertEqual(jobs[ok]["state"], "completed")
        self.assertIsNone(jobs[ok]["reason"])
        self.assertIsNone(jobs[ok]["progress"])
        self.assertEqual(len(jobs[bad]["runs"]), 1)
        self.assertIn("scheduled", jobs[later]["reason"])

    def test_list_in_a_pipe_is_tab_separated_without_a_header(self):
        self.box.add("true", options=["--name", "one"])
        self.box.insert(command=["true"], name="two\tparts\nand lines")
        lines = self.box.escher("list").out.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(len(lines[0].split("\t")), len(lines[1].split("\t")))
        self.assertEqual(lines[0].split("\t")[0], "1")
        self.assertIn("one", lines[0].split("\t"))
        self.assertTrue(re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", lines[0]), lines[0])

    def test_list_filters_by_state_queue_and_number(self):
        self.box.add("true", options=["--queue", "a"])
        self.box.add("false", options=["--queue", "b"])
        self.box.add("true", options=["--queue", "b", "--in", "1h"])
        self.box.tick()
        ids = lambda *options: [job["id"] for job in self.box.listed(*options)]
        self.assertEqual(ids(), [1, 2, 3])
        self.assertEqual(ids("--state", "failed"), [2])
        self.assertEqual(ids("--queue", "b"), [2, 3])
        self.assertEqual(ids("-n", "1"), [3])
        self.box.escher("list", "--state", "faild", status=64)

    def test_once_narrates_and_tells_of_failures_by_its_status(self):
        self.box.add("true", options=["--name", "good-one"])
        result = self.box.escher("--once")
        self.assertIn("good-one", result.err)
        self.assertEqual(result.out, "")
        self.box.add("false", options=["--name", "bad-one"])
        result = self.box.escher("--once", status=1)
        self.assertIn("bad-one", result.err)
        self.box.escher("--once")

    def test_wait_exits_with_the_status_of_the_jobs(self):
        good, bad, later = self.box.add("true"), self.box.add("false"), self.box.add("true", options=["--in", "1d"])
        self.box.tick()
        self.box.escher("wait", good)
        self.box.escher("wait", bad, status=1)
        self.box.escher("wait", good, bad, status=1)
        self.box.escher("wait", "--timeout", "100ms", later, status=75)
        self.assertIn("4711", self.box.escher("wait", 4711, status=1).err)

    def test_add_can_wait_for_its_job(self):
        child = self.box.start("add", "--wait", "--", "sh", "-c", "exit 4")
        # The job is there once its row is; the tick runs it, add sees it end.
        self.box.until(lambda: self.box.has_database() and self.box.sql("SELECT 1 FROM job"))
        self.box.tick()
        self.assertEqual(self.box.finish(child, status=1).out, "1\n")

    def test_show_and_log_of_no_such_job_fail(self):
        self.box.add("true")
        for command in ("show", "log", "cancel", "retry"):
            result = self.box.escher(command, 99, status=1)
            self.assertIn("99", result.err, command)

    def test_a_job_is_found_by_its_token_too(self):
        job = self.box.add("true")
        token = self.box.sql("SELECT token FROM job")[0][0]
        self.assertEqual(self.box.show(token)["id"], job)

    def test_a_job_of_the_future_waits_and_says_so(self):
        job = self.box.add("true", options=["--at", "2999-01-01T00:00:00Z"])
        self.box.tick()
        self.assertState(job, "scheduled")
        self.assertIn("2999", self.box.show(job)["reason"])

    def test_prune_goes_by_the_retention(self):
        self.box.configure('[retention]\ncompleted = "0s"\n[security]\ncommands = "any"')
        job = self.box.add("echo", "something")
        failing = self.box.add("false")
        self.box.tick()
        self.box.escher("prune")
        self.assertEqual(self.box.sql("SELECT id FROM job"), [(failing,)])
        self.assertEqual(self.box.sql("SELECT count(*) FROM run WHERE job = ?", job), [(0,)])
        self.assertEqual(len(self.box.output_files()), 1)

    def test_prune_can_be_tried_without_doing_it(self):
        self.box.configure('[retention]\ncompleted = "0s"\n[security]\ncommands = "any"')
        job = self.box.shell("true")
        self.box.tick()
        # The tick pruned nothing that ended in this same millisecond or did; a job that ended earlier is what counts.
        if self.box.sql("SELECT id FROM job WHERE id = ?", job):
            self.box.escher("prune", "--dry-run")
            self.assertEqual(self.box.sql("SELECT id FROM job WHERE id = ?", job), [(job,)])

    def test_status_tells_of_the_last_tick_and_the_jobs(self):
        self.box.add("false")
        self.box.add("true", options=["--in", "1h"])
        self.box.tick()
        status = json.loads(self.box.escher("status", "--json").out)
        self.assertEqual(status["schema"], 1)
        text = json.dumps(status)
        for word in ("tick", "failed", "scheduled"):
            self.assertIn(word, text)
        self.assertIn("failed", self.box.escher("status").out)

    # ---

    def assertTime(self, text):
        self.assertRegex(text, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
