"""Configs of a web server's account: root's ticks take none of them. And what a job of that account is given."""

import grp
import json
import os
import pwd
import shutil
import subprocess

from case import EndToEnd, as_root
from namespaces import enter_mount_namespace
from sandbox import BINARY
from test_attacks_by_rows import GREETING, USER, RowAttack


class Configs(RowAttack):
    """The attacker has a directory of his own with a config that would make a file as root."""

    def setUp(self):
        super().setUp()
        self.witness = self.box.path("witness")
        self.place = self.box.path("www")
        os.mkdir(self.place)
        shutil.chown(self.place, USER)
        self.evil = f"""
[database]
path = "{self.place}/evil.db"
[run]
state = "{self.place}/private"
[security]
commands = "any"
[schedule.evil]
cron = "@reboot"
argv = ["touch", "{self.witness}"]
[task.greet]
argv = ["touch", "{self.witness}"]
params = {{ name = ".*" }}
"""
        self.job = self.plant(**GREETING)

    def write_evil(self, *names, text=None):
        path = os.path.join(self.place, *names)
        self.as_attacker("/usr/bin/python3", "-c", """
import os, sys
os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
with open(sys.argv[1], "w") as file:
    file.write(sys.argv[2])
""", path, text or self.evil)
        return path

    def assertRefused(self, named, **options):
        for command in ((), ("--once",), ("add", "--task", "greet", "-p", "name=x"), ("check",), ("init",)):
            result = self.box.escher(*command, status=78, **options)
            self.assertIn(named, result.out + result.err)
        self.assertNotRun()

    def assertNotRun(self):
        self.assertFalse(os.path.exists(self.witness))
        self.assertNotIn("evil.db", os.listdir(self.place))
        self.assertNotIn("private", os.listdir(self.place))

    def assertWorks(self):
        self.box.tick()
        self.assertState(self.job, "completed")
        self.assertEqual(self.box.log(self.job), "hello x\n")
        self.assertNotRun()

    def test_by_the_environment_or_an_option(self):
        evil = self.write_evil("escher-cron.toml")
        self.assertRefused(self.place, env={"ESCHER_CRON_CONFIG": evil})
        self.assertRefused(self.place, program=[BINARY, "--config", evil])
        link = self.box.path("link.toml")
        os.symlink(evil, link)
        self.assertRefused(self.place, env={"ESCHER_CRON_CONFIG": link})
        self.assertWorks()

    def test_by_a_link_of_his_to_a_config_of_roots(self):
        """Which he can turn another way meanwhile."""
        link = os.path.join(self.place, "link.toml")
        self.as_attacker("ln", "-s", self.box.config, link)
        self.assertRefused(self.place, env={"ESCHER_CRON_CONFIG": link})
        self.assertWorks()

    def lure(self):
        """What an environment that leads into his directory finds there: a config and a database with a command."""
        for base in ((), (".config",)):
            self.write_evil(*base, "escher-cron", "escher-cron.toml", text=self.evil.replace("evil.db", "lure.db"))
        for state in (self.place, os.path.join(self.place, ".local", "state")):
            database = os.path.join(state, "escher-cron", "escher-cron.db")
            text = f'[database]\npath = "{database}"\n[security]\ncommands = "any"\n'
            config = self.write_evil("lure.toml", text=text)
            for words in (("init",), ("add", "--", "touch", self.witness)):
                self.as_attacker(BINARY, "-c", config, *words)

    def test_by_xdg_and_home(self):
        self.lure()
        environment = {name: value for name, value in self.box.environment.items() if name != "ESCHER_CRON_CONFIG"}
        self.box.environment, ours = environment, self.box.environment
        for lure in ({"HOME": self.place}, {"XDG_CONFIG_HOME": self.place, "XDG_STATE_HOME": self.place},
                     {"XDG_CONFIG_HOME": os.path.join(self.place, ".config"), "HOME": self.place}):
            for words in ((), ("--once",)):
                with self.subTest(lure=lure, words=words):
                    result = self.box.escher(*words, status=None, env=lure)
                    self.assertIn(result.status, (77, 78), result)
                    self.assertFalse(os.path.exists(self.witness), result)
                    self.assertIn(self.place, result.err)
        self.box.environment = ours
        self.assertWorks()

    def test_where_the_system_has_a_config_xdg_and_home_do_not_count(self):
        enter_mount_namespace()
        for number, system in enumerate(filter(os.path.isdir, ("/etc", "/usr/local/etc"))):
            copy = self.box.path(f"etc{number}")
            subprocess.run(["cp", "-a", system, copy], check=True)
            os.makedirs(os.path.join(copy, "escher-cron"), exist_ok=True)
            shutil.copy(self.box.config, os.path.join(copy, "escher-cron", "escher-cron.toml"))
            subprocess.run(["mount", "--bind", copy, system], check=True)
        self.lure()
        self.box.environment.pop("ESCHER_CRON_CONFIG")
        self.box.tick(env={"HOME": self.place, "XDG_CONFIG_HOME": self.place, "XDG_STATE_HOME": self.place})
        self.assertState(self.job, "completed")
        self.assertFalse(os.path.exists(self.witness))

    def test_by_a_conf_d(self):
        fragments = self.box.path("conf.d")
        evil = self.write_evil("10-evil.toml", text=f'[task.evil]\nargv = ["touch", "{self.witness}"]\n')
        os.mkdir(fragments)
        os.symlink(evil, os.path.join(fragments, "10-evil.toml"))
        self.assertRefused(self.place)
        os.unlink(os.path.join(fragments, "10-evil.toml"))
        shutil.copy(evil, fragments)
        shutil.chown(os.path.join(fragments, "10-evil.toml"), USER)
        self.assertRefused("10-evil.toml")
        shutil.rmtree(fragments)
        os.symlink(self.place, fragments)
        self.assertRefused(self.place)
        os.unlink(fragments)
        os.mkdir(fragments)
        shutil.chown(fragments, USER)
        self.assertRefused(fragments)
        shutil.rmtree(fragments)
        self.assertWorks()

    def test_by_a_directory_that_his_group_can_write(self):
        place = self.box.path("group")
        os.mkdir(place)
        config = os.path.join(place, "escher-cron.toml")
        shutil.copy(self.box.config, config)
        shutil.chown(place, "root", pwd.getpwnam(USER).pw_gid)
        os.chmod(place, 0o775)
        self.assertRefused(place, env={"ESCHER_CRON_CONFIG": config})
        os.chmod(place, 0o755)
        os.chmod(config, 0o664)
        shutil.chown(config, "root", pwd.getpwnam(USER).pw_gid)
        self.assertRefused(config, env={"ESCHER_CRON_CONFIG": config})
        os.chmod(config, 0o644)
        self.box.environment["ESCHER_CRON_CONFIG"] = config
        self.assertWorks()

    def test_beside_the_database(self):
        """That directory is the group's: a config there is nobody's to trust."""
        evil = os.path.join(self.box.state, "escher-cron.toml")
        self.as_attacker("cp", self.write_evil("escher-cron.toml"), evil)
        self.assertRefused(self.box.state, env={"ESCHER_CRON_CONFIG": evil})
        self.box.tick(cwd=self.box.state)
        self.assertState(self.job, "completed")
        self.assertNotRun()

    def test_his_own_ticks_are_his_own(self):
        text = f'[database]\npath = "{self.place}/own.db"\n[security]\ncommands = "any"\n'
        evil = self.write_evil("escher-cron.toml", text=text)
        self.as_attacker(BINARY, "-c", evil, "init")
        self.as_attacker(BINARY, "-c", evil, "add", "--", "touch", os.path.join(self.place, "made"))
        self.as_attacker(BINARY, "-c", evil)
        self.assertEqual(os.stat(os.path.join(self.place, "made")).st_uid, pwd.getpwnam(USER).pw_uid)
        shutil.rmtree(self.place)
        os.mkdir(self.place)
        self.assertWorks()


LOOK = """
import json, os
def refuses(call):
    try:
        getattr(os, call)(0)
        return False
    except OSError:
        return True
status = dict(line.rstrip("\\n").split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
def may(path):
    try:
        open(path, "rb").close()
        return True
    except OSError:
        return False
print(json.dumps({
    "uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(), "environment": dict(os.environ),
    "capabilities": {name: int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")},
    "fds": {name: os.readlink("/proc/self/fd/" + name) for name in os.listdir("/proc/self/fd")
            if os.path.exists("/proc/self/fd/" + name)},
    "may": [path for path in ("/proc/%d/environ" % os.getppid(), "/proc/%d/mem" % os.getppid(), "/etc/shadow", *PRIVATE)
            if may(path)],
    "back": [call for call in ("setuid", "setgid", "seteuid", "setegid") if not refuses(call)]}))
"""


@as_root
class JobOfNobody(EndToEnd):
    def test_has_groups_capabilities_descriptors_and_environment_of_his_own(self):
        state = os.path.dirname(self.box.database)
        look = self.box.write("look.py", LOOK.replace("PRIVATE", repr((state, self.box.database))))
        self.box.configure(f"""
[task.look]
argv = ["/usr/bin/python3", "-I", "{look}"]
user = "nobody"
directory = "/"
[task.greet]
argv = ["echo", "hello"]
""")
        secret = self.box.write("secret", "of root", 0o600)
        some = ",".join("+" + name for name in ("chown", "dac_override", "setuid", "setgid", "kill", "fowner"))
        # A tick with all that one can be given: groups, capabilities, open files, and words in its environment.
        for given in ((), ("--inh-caps=" + some,), ("--inh-caps=" + some, "--ambient-caps=" + some),
                      ("--inh-caps=" + some, "--ambient-caps=" + some, "--securebits=+no_setuid_fixup")):
            with self.subTest(given):
                look, innocent = (int(self.box.escher("add", "--task", task).out) for task in ("look", "greet"))
                self.box.escher("--groups=0,4,42,60", *given, "bash", "-c",
                                f"exec 3<{secret} 9<>{secret} 200<{secret}; exec {BINARY}", program=["setpriv"],
                                env={"SECRET": "canary", "LD_LIBRARY_PATH": "/nowhere", "BASH_ENV": "/nowhere",
                                     "PYTHONPATH": "/nowhere"})
                self.assertState(look, "completed")
                self.check(json.loads(self.box.log(look)))
                self.assertEqual(self.box.log(innocent), "hello\n")

    def check(self, seen):
        nobody = pwd.getpwnam("nobody")
        self.assertEqual((seen["uid"], seen["gid"]), ([nobody.pw_uid] * 3, [nobody.pw_gid] * 3))
        self.assertLessEqual(set(seen["groups"]),
                             {nobody.pw_gid} | {group.gr_gid for group in grp.getgrall() if "nobody" in group.gr_mem})
        self.assertEqual(set(seen["capabilities"].values()), {0}, seen["capabilities"])
        self.assertEqual([fd for fd in seen["fds"] if int(fd) > 2 and not seen["fds"][fd].startswith("/proc/")], [])
        self.assertEqual(seen["may"], [])
        self.assertEqual(seen["back"], [])
        self.assertFalse({"SECRET", "LD_LIBRARY_PATH", "BASH_ENV", "PYTHONPATH"} & set(seen["environment"]))
        self.assertNotIn("canary", json.dumps(seen))
