"""A database that was restored, copied or cloned never runs a job again unasked; what happens every day holds nothing up."""

import json
import os
import re
import shutil
import sqlite3
import subprocess

from case import EndToEnd, as_root
from sandbox import BINARY, DEFAULT_CONFIG

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ANOTHER_BOOT = "11111111-2222-4333-8444-555555555555\n"


class Restores(EndToEnd):
    def setUp(self):
        super().setUp()
        self.ledger = self.box.write("ledger", "")
        self.backup = self.box.path("backup.db")
        self.box.escher("init")

    def job(self, name, options=()):
        return self.box.shell(f"echo {name} >> {self.ledger}", options=["--name", name, *options])

    def ran(self):
        with open(self.ledger, encoding="utf-8") as file:
            return file.read().split()

    def shell(self, command, database=None):
        subprocess.run(["sqlite3", database or self.box.database, command], check=True, stdout=subprocess.DEVNULL)

    def back_up(self):
        """One job has run, one waits, and is in the backup; then it runs too."""
        self.job("first")
        self.box.tick()
        self.waiting = self.job("waiting")
        self.shell(f".backup {self.backup}")
        self.box.tick()
        self.assertEqual(self.ran(), ["first", "waiting"])

    def forget_log(self):
        for suffix in ("-wal", "-shm"):
            if os.path.exists(self.box.database + suffix):
                os.unlink(self.box.database + suffix)

    def restore(self):
        self.back_up()
        self.forget_log()
        shutil.copyfile(self.backup, self.box.database)

    def assertHeld(self, **options):
        before = self.ran()
        result = self.box.escher("--once", status=78, **options)
        self.assertIn("HELD", result.err)
        self.assertIn("accept --list", result.err)
        self.assertEqual(self.ran(), before)
        return result.err

    def assertWorks(self, **options):
        before = self.ran()
        job = self.job("works")
        self.box.tick(**options)
        self.assertEqual(self.ran(), [*before, "works"])
        return job

    # --- what holds

    def test_a_backup_copied_into_place(self):
        self.restore()
        self.assertIn("runs up to 1, this host has run 2", self.assertHeld())

    def test_a_backup_moved_into_place(self):
        self.back_up()
        self.forget_log()
        os.rename(self.backup, self.box.database)
        self.assertHeld()

    def test_a_backup_restored_by_the_shell(self):
        self.back_up()
        self.shell(f".restore {self.backup}")
        self.assertHeld()

    def test_a_compacted_copy_made_earlier(self):
        self.job("first")
        self.shell(f"VACUUM INTO '{self.backup}'")
        self.box.tick()
        self.forget_log()
        shutil.copyfile(self.backup, self.box.database)
        self.assertHeld()

    def test_a_copied_directory(self):
        self.job("waiting")
        copy = self.box.path("copy")
        shutil.copytree(self.box.state, copy)
        os.chmod(copy, 0o700)
        self.box.tick()
        config = self.box.write("copy.toml", f'[database]\npath = "{copy}/escher-cron.db"\n{DEFAULT_CONFIG}')
        self.assertHeld(env={"ESCHER_CRON_CONFIG": config})
        # Whoever was copied works on.
        self.assertWorks()

    def test_a_copy_made_before_the_first_tick_of_all(self):
        self.job("waiting")
        copy = self.box.path("copy.db")
        self.shell(f".backup {copy}")
        config = self.box.write("copy.toml", f'[database]\npath = "{copy}"\n{DEFAULT_CONFIG}')
        self.assertHeld(env={"ESCHER_CRON_CONFIG": config})
        self.box.tick()
        self.assertEqual(self.ran(), ["waiting"])

    @as_root
    def test_another_machine(self):
        self.job("waiting")
        moved = self.box.path("moved")
        shutil.copytree(self.box.state, moved)
        boot = self.box.write("boot_id", ANOTHER_BOOT)
        script = (f'mount --bind {boot} /proc/sys/kernel/random/boot_id && mount --bind {moved} {self.box.state} && '
                  'exec "$@"')
        other = ["unshare", "--mount", "sh", "-c", script, "sh", BINARY]
        self.assertHeld(program=other)
        self.box.tick()
        self.assertEqual(self.ran(), ["waiting"])

    def test_a_database_restored_under_a_tick(self):
        held = self.box.held()
        self.box.configure('[run]\nconcurrency = 1\n[security]\ncommands = "any"\n')
        self.job("first")
        self.box.tick()
        self.shell(f".backup {self.backup}")
        self.job("second")
        self.box.tick()
        self.box.shell(held.script)
        tick = self.box.start()
        held.wait_started()
        self.shell(f".restore {self.backup}")
        self.job("third")
        held.release()
        result = self.box.finish(tick, status=None)
        self.assertNotIn("third", self.ran())
        self.assertIn(result.status, (0, 78))
        self.assertHeld()

    def test_a_damaged_line(self):
        self.assertWorks()
        with open(os.path.join(self.box.state, "private", "run.lock"), "r+b") as file:
            file.seek(1030)
            file.write(b"?")
        self.assertIn("cannot be read", self.assertHeld())
        self.box.escher("accept", "--run")
        self.assertWorks()

    # --- what is said, and what a person does

    def test_a_held_tick_says_so_once_an_hour(self):
        self.restore()
        self.assertIn("HELD", self.box.escher(status=78).err)
        again = self.box.escher(status=78)
        self.assertEqual(again.out + again.err, "")
        self.assertEqual(self.ran(), ["first", "waiting"])

    def test_who_asks_is_told(self):
        self.restore()
        new = self.job("new")
        self.assertIn("HELD", self.box.escher("status").out)
        self.assertIn("HELD", json.loads(self.box.escher("status", "--json").out)["held"])
        self.assertIn("\nescher_cron_held 1\n", self.box.escher("metrics").out)
        for job in (self.waiting, new):
            self.assertIn("HELD", self.box.show(job)["reason"])
        self.assertIn("hold still", self.box.escher("check", status=1).out)
        plan = self.box.escher("plan")
        self.assertIn("HELD", plan.err)
        self.assertNotIn("start", plan.out)
        self.assertIn("HELD", self.box.escher("init").err)
        self.assertIn("HELD", self.box.escher("prune", status=78).err)

    def test_accept_lists_what_is_known(self):
        self.restore()
        self.assertHeld()
        new = self.job("new")
        listed = json.loads(self.box.escher("accept", "--list", "--json").out)
        self.assertIn("restored from a backup", listed["held"])
        self.assertEqual({job["id"]: job["since"] for job in listed["jobs"]}, {self.waiting: "ran", new: "new"})
        self.assertIn(f"{self.waiting}\tavailable\tran\t", self.box.escher("accept", "--list").out)
        self.assertHeld()

    def test_accept_cancels_what_may_have_run(self):
        self.restore()
        self.assertHeld()
        new = self.job("new")
        told = json.loads(self.box.escher("accept", "--cancel", "--json").out)
        self.assertEqual(told, {"schema": 1, "accepted": True, "run": [new], "cancelled": [self.waiting]})
        self.box.tick()
        self.assertEqual(self.ran(), ["first", "waiting", "new"])
        self.assertState(self.waiting, "cancelled", "restored or copied")
        self.assertGreater(self.assertWorks(), 1_000_000)
        self.assertGreater(self.box.sql("SELECT max(id) FROM run")[0][0], 1_000_000)

    def test_accept_lets_all_run(self):
        self.restore()
        self.box.escher("accept", "--run")
        self.assertIn("\nescher_cron_held 0\n", self.box.escher("metrics").out)
        self.box.tick()
        self.assertEqual(self.ran(), ["first", "waiting", "waiting"])

    def test_accept_lets_some_run(self):
        self.back_up()
        self.job("third", options=["--in", "1h"])
        fourth = self.job("fourth", options=["--in", "1h"])
        self.shell(f".backup {self.backup}")
        self.assertWorks()
        self.shell(f".restore {self.backup}")
        self.box.escher("accept", "--only", fourth)
        self.assertEqual({job["name"]: job["state"] for job in self.box.listed("-a") if job["name"] in ("third", "fourth")},
                         {"third": "cancelled", "fourth": "scheduled"})

    def test_accept_in_a_copy_lets_it_work_on_its_own(self):
        self.box.tick()
        running = self.box.held()
        job = self.box.shell(running.script, options=["--retries", "3"])
        tick = self.box.start()
        running.wait_started()
        copy = self.box.path("copy")
        shutil.copytree(self.box.state, copy)
        os.chmod(copy, 0o700)
        config = self.box.write("copy.toml", f'[database]\npath = "{copy}/escher-cron.db"\n{DEFAULT_CONFIG}')
        env = {"ESCHER_CRON_CONFIG": config}
        self.assertHeld(env=env)
        self.box.escher("accept", "--run", env=env)
        self.box.escher("--once", env=env)
        # What runs there is not looked for here, let alone killed.
        shown = json.loads(self.box.escher("show", "--json", job, env=env).out)
        self.assertEqual(shown["state"], "failed")
        self.assertIn("lost", shown["reason"])
        running.release()
        self.box.finish(tick)
        self.assertState(job, "completed")

    def test_accept_needs_something_to_decide(self):
        self.box.tick()
        self.assertIn("nothing is held", self.box.escher("accept", "--run", status=65).err)
        self.assertEqual(json.loads(self.box.escher("accept", "--list", "--json").out), {"schema": 1, "held": None, "jobs": []})
        for arguments in ([], ["--run", "--cancel"], ["--only"], ["--cancel", "1"]):
            self.box.escher("accept", *arguments, status=64)

    # --- what happens every day

    def test_a_backup_after_which_nothing_ran(self):
        self.back_up()
        self.shell(f".backup {self.backup}.2")
        self.forget_log()
        os.rename(f"{self.backup}.2", self.box.database)
        self.assertWorks()

    def test_a_compacted_database_moved_into_place(self):
        self.assertWorks()
        self.shell(f"VACUUM INTO '{self.backup}'")
        self.forget_log()
        os.rename(self.backup, self.box.database)
        self.assertWorks()

    def test_a_renamed_directory(self):
        self.assertWorks()
        moved = self.box.path("moved")
        os.rename(self.box.state, moved)
        self.box.state = moved
        self.box.database = os.path.join(moved, "escher-cron.db")
        self.box.configure(DEFAULT_CONFIG)
        self.assertWorks()
        self.assertWorks()

    @as_root
    def test_a_boot(self):
        self.assertWorks()
        boot = self.box.write("boot_id", ANOTHER_BOOT)
        script = f'mount --bind {boot} /proc/sys/kernel/random/boot_id && exec "$@"'
        self.assertWorks(program=["unshare", "--mount", "sh", "-c", script, "sh", BINARY])
        self.assertWorks()

    def test_a_lock_file_that_is_gone_another_config_pruning_and_init(self):
        self.assertWorks()
        os.unlink(os.path.join(self.box.state, "private", "run.lock"))
        self.assertWorks()
        self.box.configure(DEFAULT_CONFIG + '[retention]\ncompleted = "1s"\n')
        self.assertWorks()
        self.box.escher("prune")
        self.assertEqual(self.box.escher("init").err.count("HELD"), 0)
        self.assertWorks()

    def test_another_lock_file_is_refused_to_ticks_and_bound_by_accept(self):
        self.assertWorks()
        other = self.box.path("other.lock")
        self.box.configure(f'[run]\nlock = "{other}"\n[security]\ncommands = "any"\n')
        self.job("waits")
        self.assertIn("with two locks two ticks would run at once", self.box.escher(status=78).err)
        self.assertIn("two locks", self.box.escher("check", status=1).out)
        self.box.escher("accept", "--run")
        self.box.tick()
        self.assertIn("waits", self.ran())


class Recipes(EndToEnd):
    """The section of escher-cron(1) on backups, recipe by recipe."""

    def setUp(self):
        super().setUp()
        self.ledger = self.box.write("ledger", "")
        tools = self.box.path("tools")
        os.mkdir(tools)
        os.symlink(BINARY, os.path.join(tools, "escher-cron"))
        self.box.environment["PATH"] = tools + ":" + self.box.environment["PATH"]
        with open(os.path.join(TOP, "man", "escher-cron.1"), encoding="utf-8") as file:
            page = file.read()
        section = re.search(r"^\.Sh BACKUP, RESTORE, MOVE, UPGRADE, UNINSTALL\n(.*?)^\.Sh ", page, re.S | re.M)[1]
        places = {"/var/lib/escher-cron": self.box.state,
                  "/var/lib/escher-cron-private": os.path.join(self.box.state, "private")}
        section = re.sub(r"/var/lib/escher-cron[-a-z]*", lambda found: places[found[0]], section)
        self.recipes = {}
        for title, text in re.findall(r"^\.Ss (.*?)\n(.*?)(?=^\.Ss |\Z)", section, re.S | re.M):
            blocks = re.findall(r"^\.Bd -literal -offset indent\n(.*?)^\.Ed", text, re.S | re.M)
            self.recipes[title] = [block.replace("\\e", "\\").replace("\\-", "-").replace("\\(dq", '"')
                                   .replace("/backup", self.box.path("kept"))
                                   .replace("/usr/local/bin/escher-cron", self.box.path("installed")) for block in blocks]
        os.mkdir(self.box.path("kept"))

    def follow(self, title, number=0):
        subprocess.run(["sh", "-euc", self.recipes[title][number]], check=True, env=self.box.environment,
                       cwd=self.box.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def job(self, name):
        return self.box.shell(f"echo {name} >> {self.ledger}")

    def ran(self):
        with open(self.ledger, encoding="utf-8") as file:
            return file.read().split()

    def test_each_has_a_test(self):
        self.assertEqual({title: len(blocks) for title, blocks in self.recipes.items()},
                         {"Backup": 3, "Restore": 1, "Move": 1, "Upgrade": 1, "Uninstall": 1})

    def test_backup_and_restore(self):
        for number in range(3):
            self.job(f"waiting{number}")
            kept = self.box.path("kept", "jobs.db")
            if os.path.exists(kept):
                os.unlink(kept)
            self.follow("Backup", number)
            self.box.tick()
            with sqlite3.connect(kept) as connection:
                self.assertEqual(connection.execute("SELECT count(*) FROM job WHERE state = 'available'").fetchone(), (1,))
            connection.close()
            self.follow("Restore")
            self.box.tick()
            self.assertEqual(self.ran(), [f"waiting{n}" for n in range(number + 1)])

    def test_move(self):
        self.box.escher("init")
        self.job("moved")
        shutil.copytree(os.path.join(self.box.state, "private"), self.box.path("kept", "escher-cron-private"))
        shutil.copytree(self.box.state, self.box.path("kept", "escher-cron"))
        self.follow("Move")
        self.box.tick()
        self.assertEqual(self.ran(), ["moved"])

    def test_upgrade(self):
        self.box.escher("init")
        self.job("before")
        shutil.copyfile(BINARY, self.box.path("escher-cron.new"))
        shutil.copyfile(BINARY, self.box.path("installed"))
        self.follow("Upgrade")
        self.box.tick()
        self.assertEqual(self.ran(), ["before"])

    def test_uninstall(self):
        self.box.escher("init")
        self.job("done")
        self.box.tick()
        shutil.copyfile(BINARY, self.box.path("installed"))
        self.follow("Uninstall")
        self.assertFalse(os.path.exists(self.box.state))
        self.assertFalse(os.path.exists(self.box.path("installed")))
