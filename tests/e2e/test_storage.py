"""Databases, disks and directories that are not as they should be."""

import os
import shutil
import signal
import subprocess

from case import EndToEnd, as_root, not_fast, slow
from namespaces import enter_mount_namespace, fill, mount_tmpfs, remount
from processes import processes_of, wait_gone


class Disks(EndToEnd):
    @as_root
    def test_a_full_disk_loses_nothing_and_is_named(self):
        enter_mount_namespace()
        mount_tmpfs(self.box.state, "8m")
        self.box.escher("init")
        first = self.box.add("echo", "first")
        filler = fill(self.box.state)
        result = self.box.escher("add", "--", "sh", "-c", "#" * 50_000, status=None)
        self.assertIn(result.status, (69, 73, 74), result)
        self.assertEqual(result.out, "", "no id: it is not safe on disk")
        self.assertIn(self.box.state, result.err)
        tick = self.box.escher(status=None, timeout=120)
        if tick.status == 0:
            # There was room enough for the little that a tick writes.
            self.assertState(first, "completed")
        else:
            self.assertIn(self.box.state, tick.err)
        os.unlink(filler)
        self.box.tick(silent=False)
        self.assertState(first, "completed")
        self.assertLessEqual(self.box.sql("SELECT count(*) FROM run")[0][0], 1)
        self.assertEqual(self.box.sql("SELECT count(*) FROM job"), [(1,)])

    @as_root
    def test_a_tick_told_to_stop_on_a_full_disk_ends_within_its_grace(self):
        enter_mount_namespace()
        self.box.configure('[run]\nshutdown_grace = "1s"\n[security]\ncommands = "any"')
        mount_tmpfs(self.box.state, "8m")
        self.box.escher("init")
        held = self.box.held()
        job = self.box.shell(held.script)
        tick = self.box.start()
        held.wait_started()
        self.box.until(lambda: self.box.sql("SELECT 1 FROM run WHERE started_at IS NOT NULL"))
        filler = fill(self.box.state)
        held.release()
        wait_gone([child for child in processes_of(self.box.root) if child != tick.pid], 60)
        tick.send_signal(signal.SIGTERM)
        # It tried for a minute before; a second of grace and one of a wait that was under way are more like it.
        result = self.box.finish(tick, status=74, timeout=20)
        self.assertIn("the disk is full", result.err)
        self.assertIn("1 result was not recorded: the next tick finds this run lost", result.err)
        os.unlink(filler)
        self.box.tick(silent=False)
        self.assertState(job, "failed", "lost")
        self.assertEqual(self.box.outcomes_of(job), ["lost"])

    @as_root
    def test_a_full_disk_under_the_output_does_not_hold_up_the_tick(self):
        enter_mount_namespace()
        output = self.box.path("output")
        os.mkdir(output, 0o770)
        mount_tmpfs(output, "1m", "0770")
        self.box.configure(f'[output]\ndirectory = "{output}"\n[security]\ncommands = "any"')
        filler = fill(output)
        job = self.box.shell("echo something || exit 3")
        self.box.tick(silent=False, status=None)
        self.assertIn(self.box.state_of(job), ("failed", "available"))
        os.unlink(filler)
        self.box.tick(silent=False)
        self.assertIn(self.box.state_of(job), ("failed", "completed"))

    @as_root
    def test_a_read_only_file_system_is_one_line(self):
        enter_mount_namespace()
        mount_tmpfs(self.box.state, "8m")
        self.box.escher("init")
        self.box.add("true")
        self.box.tick()
        remount(self.box.state, "ro")
        for words in ([], ["add", "--", "true"], ["--once"], ["cancel", "1"], ["pause"]):
            result = self.box.escher(*words, status=None)
            self.assertIn(result.status, (69, 73, 74, 77), result)
            self.assertEqual(len(result.err.strip().splitlines()), 1, result)
            self.assertIn(self.box.state, result.err)
        remount(self.box.state, "rw")
        self.box.tick()
        self.assertEqual(self.box.sql("SELECT count(*) FROM job"), [(1,)])

    def test_a_missing_directory_is_named(self):
        self.box.configure("", database=self.box.path("missing", "deeper", "jobs.db"))
        for words in (["list"], ["show", "1"], ["wait", "1"]):
            result = self.box.escher(*words, status=None)
            self.assertIn(result.status, (69, 73), result)
            self.assertIn(self.box.path("missing"), result.err)

    def test_a_file_in_the_place_of_a_directory_is_named(self):
        file = self.box.write("file", "")
        self.box.configure("", database=os.path.join(file, "jobs.db"))
        for words in ([], ["add", "--", "true"], ["list"]):
            result = self.box.escher(*words, status=None)
            self.assertIn(result.status, (69, 73, 74), result)
            self.assertIn(file, result.err)

    @as_root
    def test_without_an_output_directory_nothing_is_started(self):
        job = self.box.add("true")
        self.box.configure(f'[output]\ndirectory = "{self.box.path("no", "such", "place")}"\n'
                           '[security]\ncommands = "any"')
        result = self.box.escher(status=None, timeout=90)
        self.assertNotEqual((result.status, result.err), (0, ""), "somebody has to hear of it")
        self.assertIn(self.box.path("no"), result.err)
        self.assertState(job, "available")
        self.assertEqual(self.box.sql("SELECT attempts FROM job"), [(0,)])


class Databases(EndToEnd):
    def setUp(self):
        super().setUp()
        self.job = self.box.add("true")

    def refused(self, *texts, words=([], ["add", "--", "true"], ["list"], ["--once"])):
        for command in words:
            result = self.box.escher(*command, status=69)
            self.assertIn(self.box.database, result.err)
            for text in texts:
                self.assertIn(text, result.err)

    def test_a_newer_schema_is_refused(self):
        self.box.sql("PRAGMA user_version = 99")
        self.refused("99", "newer")
        self.box.sql("PRAGMA user_version = 1")
        self.box.tick()
        self.assertState(self.job, "completed")

    def test_a_foreign_schema_is_refused_and_left_alone(self):
        os.unlink(self.box.database)
        with self.box.connection() as foreign:
            foreign.execute("CREATE TABLE job (id INTEGER PRIMARY KEY, title TEXT)")
        with open(self.box.database, "rb") as file:
            before = file.read()
        self.refused()
        with open(self.box.database, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_what_is_no_database_is_refused_and_left_alone(self):
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(self.box.database + suffix):
                os.unlink(self.box.database + suffix)
        text = b"This is no database.\n" * 1000
        with open(self.box.database, "wb") as file:
            file.write(text)
        os.chmod(self.box.database, 0o660)
        self.refused()
        with open(self.box.database, "rb") as file:
            self.assertEqual(file.read(), text)

    def test_a_damaged_database_is_refused(self):
        with self.box.connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for suffix in ("-wal", "-shm"):
            if os.path.exists(self.box.database + suffix):
                os.unlink(self.box.database + suffix)
        with open(self.box.database, "r+b") as file:
            file.seek(100)
            file.write(b"\xff" * 3000)
        result = self.box.escher(status=None)
        self.assertIn(result.status, (69, 74), result)
        self.assertIn(self.box.database, result.err)
        self.assertNotEqual(self.box.escher("check", "--full", status=None).status, 0)

    def test_another_writer_is_waited_for_and_then_told_of(self):
        self.box.write("escher-cron.toml", f'[database]\npath = "{self.box.database}"\nbusy_timeout = "300ms"\n'
                                           '[security]\ncommands = "any"\n')
        with self.box.connection() as other:
            other.execute("BEGIN IMMEDIATE")
            result = self.box.escher("add", "--", "true", status=75)
            self.assertIn("locked", result.err)
            self.assertEqual(result.out, "")
            result = self.box.escher(status=None, timeout=100)
            self.assertNotEqual(result.status, 0)
            self.assertIn(self.box.database, result.err)
            other.execute("ROLLBACK")
        self.box.tick()
        self.assertState(self.job, "completed")

    def test_a_writer_that_is_done_in_time_is_no_trouble(self):
        with self.box.connection() as other:
            other.execute("BEGIN IMMEDIATE")
            adding = self.box.start("add", "--", "true")
            pid_waits(adding.pid)
            other.execute("COMMIT")
        self.assertEqual(self.box.finish(adding).out, "2\n")

    def test_rollback_journal_works_too(self):
        shutil.rmtree(self.box.state)
        os.mkdir(self.box.state, 0o700)
        self.box.write("escher-cron.toml", f'[database]\npath = "{self.box.database}"\njournal = "delete"\n'
                                           '[security]\ncommands = "any"\n')
        job = self.box.add("echo", "hello")
        self.box.tick()
        self.assertEqual(self.box.log(job), "hello\n")
        self.assertFalse(os.path.exists(self.box.database + "-wal"))
        self.assertEqual(self.box.sql("PRAGMA journal_mode"), [("delete",)])

    def test_two_configs_with_locks_of_their_own_cannot_share_a_database(self):
        self.box.tick()
        other = self.box.write("other.toml", f'[database]\npath = "{self.box.database}"\n'
                                             f'[run]\nlock = "{self.box.path("state", "other.lock")}"\n')
        result = self.box.escher("-c", other, status=None)
        self.assertIn(result.status, (69, 78), result)
        self.assertIn("lock", result.err)
        self.box.tick()

    @slow
    def test_a_database_that_is_moved_away_while_a_job_runs(self):
        """Identity is checked before a result is recorded: the tick ends loudly and writes into no other file."""
        held = self.box.held()
        job = self.box.shell(held.script)
        tick = self.box.start()
        held.wait_started()
        away = self.box.path("away")
        os.mkdir(away)
        for suffix in ("", "-wal", "-shm"):
            os.rename(self.box.database + suffix, os.path.join(away, "escher-cron.db" + suffix))
        held.release()
        result = self.box.finish(tick, status=None, timeout=120)
        self.assertNotEqual(result.status, 0)
        self.assertIn(self.box.database, result.err)
        self.assertFalse(os.path.exists(self.box.database), "no new database in its place")
        with self.box.connection(database=os.path.join(away, "escher-cron.db")) as moved:
            self.assertEqual(moved.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertIn(moved.execute("SELECT state FROM job WHERE id = ?", (job,)).fetchone()[0],
                          ("running", "completed"))

    def test_a_long_reader_is_told_of_before_the_wal_fills_the_disk(self):
        """Whatever the threshold, ticks go on, and the log does not grow once the reader has gone."""
        with self.box.connection() as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM job").fetchall()
            for _ in range(3):
                self.box.add("true")
                self.box.tick(silent=False)
            reader.execute("COMMIT")
        self.box.tick(silent=False)
        self.box.tick(silent=False)
        self.assertEqual(self.box.sql("SELECT state, count(*) FROM job GROUP BY state"), [("completed", 4)])


class LockFiles(EndToEnd):
    def setUp(self):
        super().setUp()
        self.lock = os.path.join(self.box.state, "private", "run.lock")

    def test_a_lock_file_that_is_a_link_a_pipe_or_a_directory_is_refused(self):
        job = self.box.add("true")
        target = self.box.path("target")
        os.mkdir(os.path.dirname(self.lock), 0o700)
        for make in (lambda: os.symlink(target, self.lock), lambda: os.mkfifo(self.lock), lambda: os.mkdir(self.lock)):
            if os.path.lexists(self.lock):
                os.unlink(self.lock)
            make()
            result = self.box.escher(status=None)
            self.assertNotIn(result.status, (0, 1, 70), result)
            self.assertIn(self.lock, result.err)
            self.assertFalse(os.path.exists(target))
            self.assertState(job, "available")
            if os.path.isdir(self.lock) and not os.path.islink(self.lock):
                os.rmdir(self.lock)

    def test_a_deleted_lock_file_makes_no_job_run_twice(self):
        held = self.box.held()
        job = self.box.shell(held.script, options=["--retries", "5"])
        older = self.box.start()
        held.wait_started()
        os.unlink(self.lock)
        self.box.escher("--once", status=None)  # whether it works on or refuses: the running job is not touched
        self.assertState(job, "running")
        self.assertEqual(self.box.sql("SELECT count(*) FROM run"), [(1,)])
        held.release()
        self.box.finish(older, status=None)
        self.box.tick(silent=False, status=None)
        self.assertState(job, "completed")
        self.assertEqual(self.box.outcomes_of(job), ["exited"])

    def test_the_lock_file_stays_and_nobody_minds(self):
        self.box.tick()
        inode = os.stat(self.lock).st_ino
        self.box.tick()
        self.assertEqual(os.stat(self.lock).st_ino, inode)

    @not_fast
    def test_jobs_inherit_no_lock(self):
        """flock(1) in a job sees the lock free once the tick has gone, leftovers or not."""
        job = self.box.shell("ls -l /proc/self/fd")
        self.box.tick()
        self.assertNotIn("run.lock", self.box.log(job))


def pid_waits(pid):
    """Blocks until the process sleeps in the kernel, waiting."""
    end = subprocess.run(["sh", "-c", f"until grep -q '^State:.*S' /proc/{pid}/status; do :; done"], check=False,
                         timeout=30)
    return end.returncode
