"""A config with mistakes: all of them told, nothing run."""

import os

from case import EndToEnd, as_root


class BadConfig(EndToEnd):
    def setUp(self):
        super().setUp()
        self.witness = self.box.path("witness")
        self.job = self.box.add("touch", self.witness)
        self.before = self.box.sql("SELECT * FROM job")

    def refused(self, toml, *texts, errors=None):
        """Every command that needs the config refuses, with these words; nothing is run."""
        self.box.configure(toml)
        for command in ([], ["--once"], ["add", "--", "true"], ["list"], ["check"]):
            result = self.box.escher(*command, status=78)
            # What `check` finds is its data.
            told = result.out if command == ["check"] else result.err
            for text in texts:
                self.assertIn(text, told, command)
            if command != ["check"]:
                self.assertEqual(result.out, "", command)
        lines = [line for line in told.splitlines() if "escher-cron.toml:" in line]
        if errors is not None:
            self.assertEqual(len(lines), errors, told)
        self.assertTrue(all(":0:" not in line for line in lines), lines)
        self.assertFalse(os.path.exists(self.witness))
        self.assertEqual(self.box.sql("SELECT * FROM job"), self.before)
        return told

    def test_five_mistakes_are_five_errors_with_line_and_column(self):
        err = self.refused("[run]\nconcurency = 4\nmode = \"automatc\"\nshutdown_grace = \"10 parsecs\"\n"
                           "[task.x]\nargv = \"not a list\"\n[output]\nmax_bytes = -1", errors=5)
        # The sandbox writes [database] and its path before.
        for place in (":4:1:", ":5:", ":6:", ":8:", ":10:"):
            self.assertIn("escher-cron.toml" + place, err)
        self.assertIn("did you mean 'concurrency'", err)
        self.assertIn("did you mean 'automatic'", err)

    def test_broken_toml_is_told_with_its_place(self):
        self.refused("[run]\nconcurrency = = 4", "escher-cron.toml:4:", errors=1)

    def test_an_unknown_section_is_refused(self):
        self.refused('[quue.mail]\nconcurrency = 1', "quue", "did you mean 'queue'")

    def test_values_out_of_range_are_refused(self):
        for toml in ("[run]\nconcurrency = 0", "[run]\nconcurrency = 99999999999", "[run]\nmax_load = -1",
                     "[defaults]\nretries = -1", "[defaults]\nnice = 99", '[defaults]\numask = "999"',
                     '[defaults]\ntimeout = "-5s"', '[queue.x]\nrate = "0/min"', '[queue.x]\nrate = "many"',
                     "[defaults]\njitter = 1000"):
            self.refused(toml, "escher-cron.toml:4:", errors=1)

    def test_a_task_without_argv_or_with_an_unknown_parameter_is_refused(self):
        self.refused("[task.empty]\nargv = []", "argv")
        self.refused('[task.x]\nargv = ["echo", "{unknown}"]', "unknown")
        self.refused('[task.x]\nargv = ["echo", "{n}"]\nparams = { n = "([" }', "n")

    def test_a_duplicate_key_is_refused(self):
        self.refused("[run]\nconcurrency = 1\nconcurrency = 2", "escher-cron.toml:5:")

    def test_binary_rubbish_is_refused(self):
        with open(self.box.config, "wb") as file:
            file.write(bytes(range(256)) * 16)
        self.assertIn("escher-cron.toml:", self.box.escher(status=78).err)

    def test_a_config_that_is_not_there_is_told(self):
        result = self.box.escher("-c", self.box.path("nowhere.toml"), "list", status=78)
        self.assertIn("nowhere.toml", result.err)
        self.assertIn("No such file", result.err)

    def test_a_directory_and_a_loop_of_links_are_no_configs(self):
        self.assertIn(self.box.state, self.box.escher("-c", self.box.state, "list", status=78).err)
        loop = self.box.path("loop")
        os.symlink(loop, loop)
        self.assertIn("loop", self.box.escher("-c", loop, "list", status=78).err)

    def test_conf_d_adds_tasks_and_its_mistakes_are_told_too(self):
        os.mkdir(self.box.path("conf.d"))
        self.box.write("conf.d/10-hello.toml", '[task.hello]\nargv = ["echo", "hello"]\n')
        job = int(self.box.escher("add", "--task", "hello").out)
        self.box.tick()
        self.assertEqual(self.box.log(job), "hello\n")
        self.box.write("conf.d/20-bad.toml", '[task.hello2]\nargvv = ["echo"]\n')
        err = self.box.escher(status=78).err
        self.assertIn("20-bad.toml:2:1:", err)

    @as_root
    def test_root_refuses_a_config_that_others_can_write(self):
        os.chmod(self.box.config, 0o666)
        err = self.box.escher(status=None).err
        self.assertIn(self.box.config, err)
        self.assertFalse(os.path.exists(self.witness))
        os.chmod(self.box.config, 0o644)
        os.chmod(self.box.root, 0o777)
        result = self.box.escher(status=None)
        self.assertIn(result.status, (77, 78), result)
        self.assertIn(self.box.root, result.err)
        self.assertFalse(os.path.exists(self.witness))
        os.chmod(self.box.root, 0o755)
        self.box.tick()
        self.assertTrue(os.path.exists(self.witness))


class NoConfig(EndToEnd):
    def test_a_person_needs_no_config(self):
        environment = {"ESCHER_CRON_CONFIG": "", "XDG_STATE_HOME": self.box.path("xdg"), "HOME": self.box.home}
        if os.geteuid() == 0:
            # Root without the system's config is a person too.
            self.assertFalse(os.path.exists("/etc/escher-cron/escher-cron.toml"))
        os.mkdir(self.box.path("xdg"))
        self.box.environment.pop("ESCHER_CRON_CONFIG")
        environment.pop("ESCHER_CRON_CONFIG")
        self.box.escher("add", "--", "echo", "hello", env=environment)
        self.box.escher("--once", env=environment)
        self.assertEqual(self.box.escher("log", "1", env=environment).out, "hello\n")
        self.assertTrue(os.path.exists(self.box.path("xdg", "escher-cron", "escher-cron.db")))
