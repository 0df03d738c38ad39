"""The command line itself: help, mistakes, completion."""

import json
import os

from case import EndToEnd

COMMANDS = ("add", "list", "show", "log", "wait", "cancel", "retry", "progress", "message", "note", "next", "plan",
            "status", "pause", "resume", "init", "check", "prune", "metrics")


class CommandLine(EndToEnd):
    def test_help_of_every_command_is_short_and_has_examples(self):
        for command in COMMANDS:
            for words in ([command, "--help"], [command, "-h"], ["--help", command]):
                result = self.box.escher(*words)
                self.assertLessEqual(len(result.out.splitlines()), 25, command)
                self.assertIn(f"escher-cron {command}", result.out)
                self.assertEqual(result.err, "")
            self.assertIn("xample", result.out, command)

    def test_the_overview_names_every_command(self):
        text = self.box.escher("--help").out
        for command in COMMANDS:
            self.assertIn(command, text)

    def test_the_version_is_told(self):
        self.assertRegex(self.box.escher("--version").out, r"\d+\.\d+\.\d+")
        self.assertRegex(self.box.escher("-V").out, r"\d+\.\d+\.\d+")

    def test_mistakes_are_told_with_a_suggestion(self):
        for words, suggestion in ((["lst"], "list"), (["canel", "1"], "cancel"), (["list", "--sate", "x"], "--state"),
                                  (["add", "--quue", "x", "--", "true"], "--queue"), (["--onec"], "--once"),
                                  (["satus"], "status")):
            result = self.box.escher(*words, status=64)
            self.assertIn("did you mean", result.err)
            self.assertIn(suggestion, result.err)
            self.assertEqual(result.out, "")
        self.assertEqual(os.listdir(self.box.state), [])

    def test_wrong_arguments_are_usage_errors(self):
        self.box.add("true", options=["--in", "1d"])
        for words in (["add"], ["add", "--"], ["add", "true"], ["add", "--task", "x", "--", "true"], ["show"], ["wait"],
                      ["cancel"], ["retry"], ["log"], ["log", "1", "2"], ["list", "extra"], ["list", "-n", "x"],
                      ["list", "-n", "-1"], ["show", "abc"], ["show", "0"],
                      ["wait", "--timeout", "soon", "1"], ["add", "--in", "yesterday", "--", "true"],
                      ["add", "--at", "2027-02-30", "--", "true"], ["add", "--in", "1h", "--at", "now", "--", "true"],
                      ["add", "--priority", "high", "--", "true"], ["add", "--retries", "-1", "--", "true"],
                      ["add", "--timeout", "-5s", "--", "true"], ["add", "--after", "x", "--", "true"],
                      ["--color", "sometimes", "list"], ["-c"], ["note", "key"], ["progress"],
                      ["pause", "--for", "ever"], ["next", "* * * *"], ["next", "-n", "0", "@daily"],
                      ["plan", "--at", "never"]):
            result = self.box.escher(*words, status=None)
            self.assertEqual(result.status, 64, result)
            self.assertTrue(result.err.startswith("escher-cron: "), result)
            self.assertEqual(result.out, "")

    def test_a_task_that_is_wrong_is_bad_data(self):
        self.box.configure('[task.greet]\nargv = ["echo", "{name}"]\nparams = { name = "[a-z]+" }')
        for words, text in ((["--task", "great", "-p", "name=x"], "greet"), (["--task", "greet"], "name"),
                            (["--task", "greet", "-p", "name=X"], "name"), (["--task", "greet", "-p", "nmae=x"], "name"),
                            (["--task", "greet", "-p", "name=x", "-p", "other=y"], "other")):
            result = self.box.escher("add", *words, status=None)
            self.assertIn(result.status, (64, 65), result)
            self.assertIn(text, result.err)
        self.assertFalse(self.box.has_database() and self.box.sql("SELECT 1 FROM job"))

    def test_options_may_stand_before_and_after_the_command(self):
        self.box.add("true")
        one = self.box.escher("--json", "list").out
        self.assertEqual(self.box.escher("list", "--json").out, one)

    def test_every_reading_command_prints_one_json_object(self):
        self.box.configure('[task.ok]\nargv = ["true"]')
        job = self.box.add("true")
        self.box.tick()
        for words in (["list"], ["show", job], ["status"], ["next"], ["plan"], ["wait", job], ["check"],
                      ["prune", "--dry-run"], ["next", "@daily"], ["add", "--task", "ok"], ["cancel", "2"], ["init"],
                      ["pause"], ["resume"], ["retry", "2"]):
            result = self.box.escher(*words, "--json", status=None)
            if result.out:
                self.assertEqual(json.loads(result.out)["schema"], 1, words)

    def test_check_is_content_with_a_sound_installation(self):
        self.box.add("true")
        self.box.tick()
        for words in (["check"], ["check", "--full"]):
            result = self.box.escher(*words, status=None)
            self.assertIn("3.", result.out + result.err, "the version of the library is told")
            self.assertIn(result.status, (0, 1), result)
