"""The bash completion, as bash calls it, with the bash-completion package and without it."""

import os
import re
import subprocess

from case import EndToEnd
from sandbox import BINARY

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMPLETION = os.path.join(TOP, "etc", "bash-completion", "escher-cron")
PACKAGE = "/usr/share/bash-completion/bash_completion"

DRIVER = """
[[ -z $package ]] || source "$package"
source "$completion"
compopt() { :; } # bash allows it only while it completes
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$line COMP_TYPE=$type COMP_KEY=9
COMP_POINT=${#COMP_LINE}
_escher_cron escher-cron "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(EndToEnd):
    package = ""

    def setUp(self):
        super().setUp()
        self.box.configure("""
[security]
commands = "any"
[queue.mail]
concurrency = 1
[task.thumbnail]
argv = ["true"]
[schedule.nightly]
cron = "30 3 * * *"
argv = ["true"]
""")

    def offers(self, *words, type=9):
        """What is offered for the last word; bash has split the words at '=' and ':'."""
        split = [part for word in words for part in (re.findall(r"[=:]+|[^=:]+", word) or [""])]
        result = subprocess.run(["bash", "--norc", "-c", DRIVER, "driver", BINARY, *split],
                                env={**self.box.environment, "completion": COMPLETION, "package": self.package,
                                     "type": str(type), "line": " ".join([BINARY, *words])},
                                cwd=self.box.root, capture_output=True, text=True, check=True)
        self.assertEqual(result.stderr, "")
        return result.stdout.split("\n")[:-1] if result.stdout != "\n" else []

    def names(self, *words):
        return [offer.split("  ")[0] for offer in self.offers(*words)]

    def test_commands(self):
        offered = self.names("")
        for command in ("add", "list", "show", "cancel", "prune"):
            self.assertIn(command, offered)
        self.assertEqual(self.names("sho"), ["show"])

    def test_options(self):
        self.assertIn("--once", self.names("--"))
        self.assertEqual(self.names("list", "--sta"), ["--state"])
        self.assertIn("--json", self.names("list", "--"))

    def test_states(self):
        self.assertEqual(self.names("list", "--state", "comp"), ["completed"])
        self.assertEqual(self.names("list", "--state=comp"), ["completed"])

    def test_tasks_queues_and_schedules(self):
        self.assertEqual(self.names("add", "--task", ""), ["thumbnail"])
        self.assertIn("mail", self.names("pause", ""))
        self.assertEqual(self.names("next", "n"), ["nightly"])

    def test_one_job_is_offered_by_its_id_alone(self):
        self.box.add("true", options=["--name", "only"])
        self.assertEqual(self.offers("show", ""), ["1"])

    def test_several_jobs_are_offered_with_their_names(self):
        for name in ("first", "second"):
            self.box.add("true", options=["--name", name])
        offered = self.offers("show", "")
        self.assertEqual(sorted(offer.split("  ")[0] for offer in offered), ["1", "2"])
        self.assertTrue(any("first" in offer for offer in offered), offered)
        # Menu completion inserts what is offered.
        self.assertEqual(sorted(self.offers("show", "", type=37)), ["1", "2"])

    def test_only_jobs_that_can_be_cancelled_or_retried(self):
        self.box.add("false")
        self.box.tick()
        self.box.add("true")
        self.assertEqual(self.names("cancel", ""), ["2"])
        self.assertEqual(self.names("retry", ""), ["1"])

    def test_files(self):
        self.box.write("payload.json", "{}")
        self.assertEqual(self.names("add", "--stdin", "pay"), ["payload.json"])

    def test_the_command_of_a_job_is_somebody_elses(self):
        self.assertIn("gzip", self.names("add", "--", "gzi"))
        self.box.write("payload.json", "{}")
        self.assertIn("payload.json", self.names("add", "--", "cat", "pay"))

    def test_no_database_and_no_config_say_nothing(self):
        self.assertEqual(self.names("show", ""), [])
        self.assertEqual(self.names("-c", "/nowhere", "show", ""), [])


class CompletionWithPackage(Completion):
    package = PACKAGE

    def setUp(self):
        if not os.path.exists(PACKAGE):
            self.skipTest("needs bash-completion")
        super().setUp()
