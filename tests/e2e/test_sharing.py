"""Several users, one database: a web server creates, the tick's user runs."""

import contextlib
import grp
import os
import pwd
import stat
import subprocess

from case import EndToEnd, as_root
from namespaces import enter_mount_namespace, mount_tmpfs
from sandbox import BINARY
from shared import GROUP, OWNER, SharedDatabase, as_nobody

CONFIG = """
[task.greet]
argv = ["echo", "hello {name}"]
params = { name = "[a-z]{1,20}" }
"""


class Sharing(SharedDatabase):
    toml = CONFIG

    def nobody(self, *words, **options):
        return self.box.escher(*words, program=as_nobody(BINARY), **options)

    def test_init_makes_directory_and_files_for_the_group_whatever_the_umask(self):
        gid = grp.getgrnam(GROUP).gr_gid
        directory = os.stat(self.box.state)
        uid = pwd.getpwnam(OWNER).pw_uid
        self.assertEqual((stat.S_IMODE(directory.st_mode), directory.st_gid), (0o2770, gid))
        self.assertEqual((directory.st_uid, os.stat(self.box.database).st_uid), (uid, uid))
        file = os.stat(self.box.database)
        self.assertEqual((stat.S_IMODE(file.st_mode), file.st_gid), (0o660, gid))
        with self.box.connection() as connection:
            connection.execute("INSERT INTO job (task, params) VALUES ('greet', '{\"name\": \"x\"}')")
            for suffix in ("-wal", "-shm"):
                status = os.stat(self.box.database + suffix)
                self.assertEqual((stat.S_IMODE(status.st_mode), status.st_gid), (0o660, gid), suffix)
        self.box.tick()

    def test_a_member_of_the_group_creates_jobs_that_root_runs(self):
        job = int(self.nobody("add", "--task", "greet", "-p", "name=world").out)
        self.assertState(job, "available")
        self.assertIn("nobody", self.box.show(job)["created_by"])
        self.box.tick()
        self.assertEqual(self.box.log(job), "hello world\n")
        refused = self.nobody("log", job, status=77).err
        self.assertIn(self.box.path("private"), refused)
        self.assertIn("only the ticks' user", refused)
        self.nobody("list")
        self.nobody("cancel", job, status=None)
        # And after that both can still write.
        self.nobody("add", "--task", "greet", "-p", "name=again")
        self.box.tick()
        self.nobody("add", "--task", "greet", "-p", "name=again")

    def test_a_php_page_of_that_user_creates_a_job(self):
        page = (f"$db = new PDO('sqlite:{self.box.database}'); $db->exec('PRAGMA wal_autocheckpoint = 0');"
                "$db->exec(\"INSERT INTO job (task, params) VALUES ('greet', '{\\\"name\\\": \\\"php\\\"}')\");")
        subprocess.run(as_nobody("php", "-r", page), check=True, env=self.box.environment, cwd="/")
        self.box.tick()
        self.assertEqual(self.box.log(1), "hello php\n")

    def test_others_cannot_even_look(self):
        result = self.box.escher("list", program=as_nobody(BINARY, group="nogroup"), status=None)
        self.assertIn(result.status, (69, 77), result)
        self.assertIn(self.box.state, result.err)

    def test_where_others_can_write_commands_of_a_jobs_own_are_not_run(self):
        witness = self.box.path("witness")
        job = self.box.insert(command=["touch", witness])
        self.box.tick()
        self.assertState(job, "invalid", "command")
        self.assertFalse(os.path.exists(witness))
        result = self.nobody("add", "--", "touch", witness, status=None)
        self.assertNotEqual(result.status, 0, "refused at the door")
        self.assertIn("security.commands", result.err + "security.commands" * ("not allowed" in result.err))

    def test_nor_where_the_database_is_made_writable_later(self):
        private = self.box.path("own")
        os.mkdir(private, 0o700)
        self.box.configure(f'[run]\nstate = "{self.box.path("private")}"', database=os.path.join(private, "jobs.db"))
        job = self.box.add("true")
        self.box.tick()
        os.chmod(os.path.join(private, "jobs.db"), 0o666)
        os.chmod(private, 0o777)
        result = self.box.escher("add", "--", "true", status=None)
        with self.box.connection(database=os.path.join(private, "jobs.db")) as client:
            second = client.execute("INSERT INTO job (command) VALUES ('[\"true\"]')").lastrowid
        self.box.tick(silent=False, status=None)
        with self.box.connection(database=os.path.join(private, "jobs.db")) as client:
            self.assertNotEqual(client.execute("SELECT state FROM job WHERE id = ?", (second,)).fetchone(),
                                ("completed",))
            self.assertEqual(client.execute("SELECT state FROM job WHERE id = ?", (job,)).fetchone(), ("completed",))
        self.assertNotEqual(result.status, 70)

    def test_a_timeout_and_retries_cannot_be_raised_by_a_row(self):
        self.configure('[task.slow]\nargv = ["sh", "-c", "while :; do :; done"]\ntimeout = "300ms"\n'
                       'kill_after = "100ms"\n[defaults]\nbackoff = ["0s"]\n')
        job = self.box.insert(task="slow", timeout=86_400_000, retries=50)
        self.box.tick(timeout=30)
        self.assertEqual(self.box.outcomes_of(job), ["timed_out"])

    def test_a_shared_database_of_roots_is_refused_with_the_line_that_mends_it(self):
        job = int(self.nobody("add", "--task", "greet", "-p", "name=world").out)
        for path in (self.box.state, self.box.database):
            os.chown(path, 0, -1)
            for command in ([], ["--once"]):
                self.assertIn(f"init --group {GROUP} --owner", self.box.escher(*command, status=78).err)
        self.assertState(job, "available")
        self.box.escher("init", "--group", GROUP, "--owner", OWNER)
        self.box.tick()
        self.assertState(job, "completed")

    def test_the_owner_must_be_there_and_without_privileges(self):
        self.assertIn("useradd", self.box.escher("init", "--group", GROUP, "--owner", "no-such-user", status=64).err)
        self.box.escher("init", "--group", GROUP, "--owner", "root", status=64)
        self.box.escher("init", "--owner", OWNER, status=64)

    def test_check_of_a_member_finds_the_private_place_closed_and_nothing_wrong(self):
        self.box.tick()
        said = self.nobody("check", status=None).out
        self.assertIn(f"ok\tthe private directory '{self.box.path('private')}' (run.state) is closed to nobody", said)
        self.assertNotIn("fail\t", said)

    def test_check_says_what_keeps_roots_ticks_away(self):
        os.chmod(self.box.path("private"), 0o750)
        self.assertIn("chmod 700", self.box.escher("check", status=None).out)
        os.chmod(self.box.path("private"), 0o700)
        os.chown(self.box.state, 0, -1)
        self.assertIn("--owner", self.box.escher("check", status=None).out)

    def test_check_finds_wrong_modes_and_prints_the_remedy(self):
        self.box.escher("check", status=None)
        os.chmod(self.box.database, 0o640)
        result = self.box.escher("check", status=None)
        text = result.out + result.err
        self.assertIn("chmod", text)
        self.assertIn(self.box.database, text)


class WakeFile(SharedDatabase):
    toml = '[run]\nmode = "automatic"\n' + CONFIG

    def test_a_creator_that_is_not_the_ticks_user_touches_the_wake_file(self):
        self.box.tick()
        wake = os.path.join(self.box.state, "wake")
        at_first = os.stat(wake).st_mtime_ns
        job = int(self.box.escher("add", "--task", "greet", "-p", "name=x", program=as_nobody(BINARY)).out)
        self.assertGreater(os.stat(wake).st_mtime_ns, at_first)
        before = os.stat(wake).st_mtime_ns
        self.box.escher("add", "--task", "greet", "-p", "name=y", program=as_nobody(BINARY))
        self.assertGreater(os.stat(wake).st_mtime_ns, before)
        self.assertState(job, "available")
        self.assertEqual(self.box.sql("SELECT count(*) FROM tick"), [(1,)])
        self.box.tick()
        self.assertState(job, "completed")


@as_root
class UsualOwner(EndToEnd):
    """Who has the files where --owner names nobody; users are made in a copy of /etc."""

    NAME = "escher-cron"

    def setUp(self):
        super().setUp()
        enter_mount_namespace()
        etc = self.box.path("etc")
        os.mkdir(etc)
        mount_tmpfs(etc, "64m", "0755")
        subprocess.run(["cp", "-a", "/etc/.", etc], check=True)
        subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
        for name in ("passwd", "shadow", "group", "gshadow"):
            with contextlib.suppress(FileNotFoundError), open(f"/etc/{name}", "r+", encoding="utf-8") as file:
                kept = [line for line in file if not line.startswith(f"{self.NAME}:")]
                file.seek(0)
                file.truncate()
                file.writelines(kept)
        self.box.configure(f'[run]\nstate = "{self.box.path("private")}"\n')
        os.rmdir(self.box.state)

    def entry(self):
        """The fields of /etc/passwd; none: there is no such user."""
        with open("/etc/passwd", encoding="utf-8") as file:
            lines = [line.rstrip("\n").split(":") for line in file if line.startswith(f"{self.NAME}:")]
        return lines[0] if lines else None

    def test_root_makes_a_user_without_a_shell_or_a_home(self):
        self.box.escher("init", "--group", GROUP)
        _, _, uid, _, _, home, shell = self.entry()
        self.assertEqual((home, shell), ("/nonexistent", "/usr/sbin/nologin"))
        self.assertFalse(os.path.exists(home))
        with open("/etc/shadow", encoding="utf-8") as file:
            password = [line.split(":")[1] for line in file if line.startswith(f"{self.NAME}:")]
        self.assertIn(password, (["!"], ["!!"], ["*"]))
        for path in (self.box.state, self.box.database):
            self.assertEqual(os.stat(path).st_uid, int(uid), path)
        self.assertIn("nothing to do", self.box.escher("init", "--group", GROUP).err)
        self.box.tick()

    def test_a_useradd_that_fails_is_told_with_the_line_to_type_and_nothing_is_made(self):
        subprocess.run(["mount", "--bind", "/bin/false", "/usr/sbin/useradd"], check=True)
        result = self.box.escher("init", "--group", GROUP, status=73)
        self.assertIn("/usr/sbin/useradd --system", result.err)
        self.assertIn("--owner", result.err)
        self.assertIsNone(self.entry())
        self.assertFalse(os.path.exists(self.box.state))
        self.assertFalse(os.path.exists(self.box.path("private")))

    def test_nothing_is_made_where_the_private_place_would_lie_in_the_shared_directory(self):
        self.box.configure("")
        self.assertIn("run.state", self.box.escher("init", "--group", GROUP, status=78).err)
        self.assertIsNone(self.entry())
        self.assertFalse(os.path.exists(self.box.state))

    def test_a_database_that_has_an_owner_keeps_it(self):
        owner = pwd.getpwnam(OWNER).pw_uid
        self.box.escher("init", "--group", GROUP, "--owner", OWNER)
        self.box.escher("init", "--group", GROUP)
        self.assertEqual(os.stat(self.box.database).st_uid, owner)
        # What root has put back from a backup goes to whose directory it lies in.
        os.chown(self.box.database, 0, 0)
        self.box.escher("init", "--group", GROUP)
        self.assertEqual(os.stat(self.box.database).st_uid, owner)
        self.assertIsNone(self.entry())
