"""What a job finds when it starts, whatever its tick was started with."""

import grp
import json
import os
import pwd
import signal

from case import EndToEnd, as_root, not_fast
from sandbox import BINARY

LOOK = """
import json, os, sys, resource
status = dict(line.rstrip("\\n").split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
print(json.dumps({
    "fds": {name: os.readlink("/proc/self/fd/" + name) for name in os.listdir("/proc/self/fd")
            if os.path.exists("/proc/self/fd/" + name)},
    "environment": dict(os.environ), "directory": os.getcwd(), "umask": status["Umask"],
    "blocked": int(status["SigBlk"], 16), "ignored": int(status["SigIgn"], 16),
    "pid": os.getpid(), "group": os.getpgid(0), "session": os.getsid(0), "uid": os.getresuid(), "gid": os.getresgid(),
    "groups": os.getgroups(), "nice": os.nice(0), "open_files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    "stdin": sys.stdin.read() if sys.stdin else None}))
"""

IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}


class JobEnvironment(EndToEnd):
    def setUp(self):
        super().setUp()
        self.look = self.box.write("look.py", LOOK)

    def seen(self, job):
        self.assertState(job, "completed")
        return json.loads(self.box.log(job))

    def run_look(self, options=(), **tick):
        job = self.box.add("python3", "-I", self.look, options=options)
        self.box.tick(**tick)
        return self.seen(job)

    def check_clean(self, seen):
        fds = {int(fd): target for fd, target in seen["fds"].items()}
        self.assertEqual(set(fds) & {0, 1, 2}, {0, 1, 2})
        self.assertEqual({target for fd, target in fds.items() if fd > 2 and "/proc/" not in target}, set(), fds)
        self.assertEqual(fds[1], fds[2])
        self.assertIn("output/", fds[1])
        self.assertEqual(seen["blocked"], 0)
        ignored = {number for number in range(1, 65) if seen["ignored"] >> (number - 1) & 1}
        self.assertEqual(ignored - IGNORED_BY_PYTHON, set())
        self.assertEqual(seen["pid"], seen["session"])
        self.assertEqual(seen["pid"], seen["group"])

    def test_descriptors_signals_session_and_stdin_are_as_a_program_expects(self):
        seen = self.run_look()
        self.check_clean(seen)
        self.assertEqual(seen["fds"]["0"], "/dev/null")
        self.assertEqual(seen["stdin"], "")
        self.assertEqual(seen["umask"], "0022")

    def test_the_environment_is_built_from_nothing(self):
        seen = self.run_look(env={"SECRET": "of the tick", "LD_LIBRARY_PATH": "/nowhere"})
        environment = seen["environment"]
        account = pwd.getpwuid(os.geteuid())
        expected = {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name,
                    "SHELL": account.pw_shell, "ESCHER_JOB_ID": "1", "ESCHER_RUN_ID": "1", "ESCHER_ATTEMPT": "1",
                    "ESCHER_CRON_CONFIG": self.box.config}
        for name, value in expected.items():
            self.assertEqual(environment.get(name), value, name)
        self.assertEqual(set(environment) - set(expected) - {"LC_CTYPE"}, {"PATH", "ESCHER_INSTANCE"})
        self.assertEqual(seen["directory"], account.pw_dir)

    def test_config_adds_to_the_environment_and_sets_the_rest(self):
        self.box.configure(f'[environment]\ninherit = ["LANG", "ABSENT"]\nset = {{ A = "1", B = "two words" }}\n'
                           f'[defaults]\ndirectory = "{self.box.home}"\numask = "027"\nnice = 3\n'
                           '[defaults.limits]\nopen_files = 77\n[security]\ncommands = "any"')
        seen = self.run_look()
        self.assertEqual({name: seen["environment"].get(name) for name in ("LANG", "ABSENT", "A", "B")},
                         {"LANG": "C.UTF-8", "ABSENT": None, "A": "1", "B": "two words"})
        self.assertEqual((seen["directory"], seen["umask"], seen["nice"], seen["open_files"]),
                         (self.box.home, "0027", os.nice(0) + 3, 77))

    def test_a_tick_whose_descriptors_are_closed(self):
        job = self.box.add("python3", "-I", self.look)
        result = self.box.escher("-c", f"exec {BINARY} <&- >&- 2>&-", program=["sh"])
        self.assertEqual((result.out, result.err), ("", ""))
        self.check_clean(self.seen(job))

    def test_a_tick_with_more_descriptors_open_than_it_should(self):
        job = self.box.add("python3", "-I", self.look)
        self.box.escher("-c", f"exec {BINARY} 3</etc/passwd 7>/dev/null 9>>{self.box.path('nine')}", program=["bash"])
        self.check_clean(self.seen(job))

    def test_a_tick_with_signals_blocked_and_ignored(self):
        job = self.box.add("python3", "-I", self.look)
        self.box.escher("--ignore-signal=HUP,TERM,INT,CHLD,PIPE", "--block-signal=USR1,TERM,CHLD,ALRM", BINARY,
                        program=["env"])
        self.check_clean(self.seen(job))

    def test_stdin_is_what_the_job_was_given(self):
        file = self.box.write("input", "three\nlines of\ntext")
        job = self.box.add("cat", options=["--stdin", file])
        piped = int(self.box.escher("add", "--stdin", "-", "--", "cat", input=b"\x00\xff piped").out)
        self.box.tick()
        self.assertEqual(self.box.log(job), "three\nlines of\ntext")
        self.assertEqual(self.box.log(piped).encode("utf-8", "surrogateescape"), b"\x00\xff piped")

    @as_root
    def test_a_task_of_another_user_runs_as_that_user_alone(self):
        self.box.configure(f'[task.look]\nargv = ["python3", "-I", "{self.look}"]\nuser = "nobody"\n'
                           'directory = "/"\n')
        job = int(self.box.escher("add", "--task", "look").out)
        self.box.tick()
        seen = self.seen(job)
        nobody = pwd.getpwnam("nobody")
        self.assertEqual(seen["uid"], [nobody.pw_uid] * 3)
        self.assertEqual(seen["gid"], [nobody.pw_gid] * 3)
        groups = {group.gr_gid for group in grp.getgrall() if "nobody" in group.gr_mem} | {nobody.pw_gid}
        self.assertLessEqual(set(seen["groups"]), groups)
        self.assertEqual(seen["environment"]["USER"], "nobody")
        self.assertEqual(seen["environment"]["HOME"], nobody.pw_dir)
        self.check_clean(seen)

    def test_limits_are_kept(self):
        self.box.configure('[task.hungry]\nargv = ["python3", "-c", "x = bytearray(800_000_000)"]\n'
                           'limits = { memory = "300MiB" }\n'
                           '[task.busy]\nargv = ["sh", "-c", "while :; do :; done"]\nlimits = { cpu_time = "1s" }\n')
        hungry = int(self.box.escher("add", "--task", "hungry").out)
        busy = int(self.box.escher("add", "--task", "busy").out)
        self.box.tick()
        self.assertState(hungry, "failed")
        self.assertIn("MemoryError", self.box.log(hungry))
        self.assertState(busy, "failed", "SIG")

    @not_fast
    def test_a_tick_with_too_few_descriptors_loses_nothing(self):
        for number in range(4, 34, 2):
            jobs = [self.box.add("true"), self.box.shell("true")]
            self.box.escher(f"--nofile={number}", BINARY, program=["prlimit"], status=None, timeout=120)
            self.box.tick(silent=False)
            for job in jobs:
                self.assertState(job, "completed")
                self.assertEqual(self.box.sql("SELECT attempts FROM job WHERE id = ?", job), [(1,)], number)


class NotStarted(EndToEnd):
    def not_started(self, argv, text):
        job = self.box.insert(command=argv)
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["not_started"], argv[0][:50])
        self.assertState(job, "failed", text)
        self.assertIn(text, self.box.escher("list", "-v").out)
        self.assertEqual(self.box.show(job)["runs"][0]["message"].count(text) > 0, True)
        self.assertEqual(self.box.sql("SELECT attempts FROM job WHERE id = ?", job), [(1,)])

    def test_what_cannot_be_executed_is_told_by_the_errnos_text(self):
        self.box.add("true")
        self.not_started(["/no/such/program"], "No such file or directory")
        self.not_started(["no-such-program-anywhere"], "No such file or directory")
        self.not_started([self.box.write("plain", "text")], "Permission denied")
        self.not_started(["/etc"], "Permission denied")
        self.not_started([self.box.write("rubbish", b"\x01\x02\x03", 0o755)], "Exec format error")
        self.not_started([self.box.write("orphan", "#!/no/such/interpreter\n", 0o755)], "No such file or directory")

    def test_an_argument_over_the_limit_is_refused_by_add_and_told_of_in_rows(self):
        long = "x" * 140_000
        result = self.box.escher("add", "--batch", input=json.dumps({"command": ["echo", long]}), status=65)
        self.assertLess(len(result.err), 1000)
        many = ["echo", *["y" * 100_000] * 40]
        self.box.escher("add", "--batch", input=json.dumps({"command": many}), status=65)
        self.box.escher("init")
        self.not_started(["echo", long], "Argument list too long")
        huge = self.box.insert(command=many)
        self.box.tick()
        self.assertIn(self.box.state_of(huge), ("invalid", "failed"))
        self.assertTrue(self.box.reason_of(huge))

    def test_it_is_retried_as_often_as_allowed_and_no_more(self):
        self.box.configure('[defaults]\nbackoff = ["0s"]\nretries = 2\n[security]\ncommands = "any"')
        job = self.box.add("/no/such/program")
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["not_started"] * 3)
        self.assertState(job, "failed")
