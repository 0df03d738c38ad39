"""A tick of root's on a database that a group writes: root's process opens nothing of it, the owner's has nothing of root's."""

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import unittest

from case import not_fast
from processes import processes_of, read_proc, wait_gone
from sandbox import BINARY
from shared import OWNER, SharedDatabase, as_nobody

CONFIG = """
[run]
shutdown_grace = "1s"
[database]
busy_timeout = "1s"
[task.greet]
argv = ["echo", "hello"]
[task.shell]
argv = ["sh", "-c", "{script}"]
params = { script = "(.|\\\\n)*" }
[task.again]
argv = ["sh", "-c", "exit 3"]
retries = 1
backoff = ["1s"]
[task.long]
argv = ["sleep", "60"]
timeout = "1s"
kill_after = "1s"
"""


class TwoProcesses(SharedDatabase):
    toml = CONFIG

    def configure(self, toml):
        """One [database] for all."""
        super().configure(toml)
        with open(self.box.config, encoding="utf-8") as file:
            text = file.read()
        text = text.replace('[database]\nbusy_timeout = "1s"\n', "").replace("[database]\n", '[database]\nbusy_timeout = "1s"\n', 1)
        self.box.write("escher-cron.toml", text)

    def shell_task(self, script):
        return self.box.insert(task="shell", params=json.dumps({"script": script}))

    def held_job(self, name="held"):
        held = self.box.held(name)
        return held, self.shell_task(held.script)

    def store_process_of(self, tick):
        """The pid of the child that works on the database."""
        def child():
            uid = pwd.getpwnam(OWNER).pw_uid
            found = [pid for pid in processes_of(self.box.root) if status_of(pid).get("PPid") == str(tick.pid)
                     and status_of(pid).get("Uid", "").split()[:1] == [str(uid)]]
            return found[0] if found else None
        return self.box.until(child)


def status_of(pid):
    lines = read_proc(pid, "status").decode(errors="replace").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


class Work(TwoProcesses):
    """All that a tick does, it does in two as well."""

    def test_jobs_run_and_their_output_is_kept(self):
        job = self.box.insert(task="greet")
        self.box.tick()
        self.assertState(job, "completed")
        self.assertEqual(self.box.log(job), "hello\n")

    def test_a_failed_attempt_is_followed_by_the_next(self):
        job = self.box.insert(task="again")
        self.box.tick()
        self.assertState(job, "retryable")
        self.box.until(lambda: self.box.sql("SELECT run_at <= 1000 * strftime('%s') FROM job")[0][0])
        self.box.tick()
        self.assertState(job, "failed")
        self.assertEqual(self.box.outcomes_of(job), ["exited", "exited"])

    def test_a_timeout_ends_a_job(self):
        job = self.box.insert(task="long")
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["timed_out"])

    def test_a_cancelled_job_is_ended(self):
        held, job = self.held_job()
        tick = self.box.start()
        held.wait_started()
        self.box.escher("cancel", job)
        self.box.finish(tick)
        self.assertState(job, "cancelled")

    def test_once_narrates_and_tells_json(self):
        done = self.box.insert(task="greet")
        failed = self.shell_task("exit 3")
        result = self.box.escher("--once", "--json", status=1)
        ended = {job["id"]: job for job in json.loads(result.out)["jobs"]}
        self.assertEqual(set(ended), {done, failed})
        self.assertIn(f"job {done} (greet) started", result.err)
        self.assertIn("exit status 3", result.err)

    def test_a_signal_ends_the_jobs_and_the_tick(self):
        held, job = self.held_job()
        tick = self.box.start()
        held.wait_started()
        tick.send_signal(signal.SIGTERM)
        self.box.finish(tick, status=128 + signal.SIGTERM)
        self.assertState(job, "retryable", "shutdown")
        self.assertEqual(self.box.sql("SELECT attempts FROM job"), [(0,)])

    def test_a_newer_tick_takes_over_and_the_older_sees_its_job_home(self):
        held, job = self.held_job()
        older = self.box.start()
        held.wait_started()
        newer = self.box.start()
        later = self.box.insert(task="greet")
        self.box.until(lambda: self.box.state_of(later) == "completed")
        held.release()
        self.box.finish(older)
        self.box.finish(newer)
        self.assertState(job, "completed")

    def test_a_killed_supervisor_takes_the_store_process_along_and_its_job_is_found_lost(self):
        held, job = self.held_job()
        tick = self.box.start()
        held.wait_started()
        store = self.store_process_of(tick)
        tick.kill()
        tick.communicate()
        wait_gone([store], 20)
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["lost"])
        self.assertState(job, "failed")

    def test_a_restored_database_is_held(self):
        job = self.box.insert(task="greet")
        backup = self.box.path("backup.db")
        with self.box.connection() as source:
            source.execute(f"VACUUM INTO '{backup}'")
        self.box.tick()
        self.assertState(job, "completed")
        shutil.copyfile(backup, self.box.database)
        for suffix in ("-wal", "-shm"):
            if os.path.exists(self.box.database + suffix):
                os.unlink(self.box.database + suffix)
        result = self.box.escher(status=78)
        self.assertIn("HELD", result.err)
        self.assertEqual(self.box.sql("SELECT state FROM job"), [("available",)])

    def test_the_log_file_is_written_by_the_supervisor(self):
        log = self.box.path("private", "log")
        self.configure(CONFIG + f'[log]\ntarget = "{log}"\nlevel = "info"\n')
        self.box.insert(task="greet", name="a\nb\x1b[1m")
        self.box.tick()
        with open(log, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertNotIn("\x1b", "".join(lines))

    def test_a_command_of_a_rows_own_is_not_run(self):
        job = self.box.insert(command=["touch", self.box.path("made")])
        self.box.tick()
        self.assertState(job, "invalid")
        self.assertFalse(os.path.exists(self.box.path("made")))


class Boundary(TwoProcesses):
    def test_the_store_process_has_nothing_of_roots(self):
        held, _ = self.held_job()
        tick = self.box.start()
        held.wait_started()
        store = self.store_process_of(tick)
        status = status_of(store)
        user = pwd.getpwnam(OWNER)
        self.assertEqual(status["Uid"].split(), 4 * [str(user.pw_uid)])
        self.assertEqual(status["Gid"].split(), 4 * [str(user.pw_gid)])
        self.assertNotIn("0", status["Groups"].split())
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, name)
        self.assertEqual(status["NoNewPrivs"], "1")
        opened = {fd: os.readlink(f"/proc/{store}/fd/{fd}") for fd in os.listdir(f"/proc/{store}/fd")}
        self.assertEqual(opened["0"], "/dev/null")
        private = [path for path in opened.values() if path.startswith(self.box.path("private"))]
        self.assertEqual(private, [])
        held.release()
        self.box.finish(tick)

    @not_fast
    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_root_makes_no_system_call_on_what_lies_in_the_shared_directory(self):
        self.box.insert(task="greet")
        self.box.insert(task="again")
        trace = self.box.path("trace")
        self.box.escher(program=["strace", "-f", "-y", "-o", trace, BINARY], timeout=120)
        with open(trace, encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
        root = lines[0].split()[0]
        inside = re.compile(re.escape(self.box.state) + "/[^\"]")
        mine = [line for line in lines if line.split()[0] == root and inside.search(line)]
        self.assertEqual(mine, [])
        self.assertTrue(any(inside.search(line) for line in lines), "the store process does")

    def test_a_killed_store_process_costs_results_but_no_job(self):
        held, job = self.held_job()
        tick = self.box.start()
        held.wait_started()
        os.kill(self.store_process_of(tick), signal.SIGKILL)
        self.assertIsNone(tick.poll())
        held.release()
        result = self.box.finish(tick, status=75)
        self.assertIn("1 run was not recorded", result.err)
        self.assertEqual(self.box.state_of(job), "running")
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["lost"])

    def test_a_store_process_that_hangs_is_killed_after_the_grace(self):
        held, job = self.held_job()
        tick = self.box.start()
        held.wait_started()
        store = self.store_process_of(tick)
        os.kill(store, signal.SIGSTOP)
        tick.send_signal(signal.SIGTERM)
        result = self.box.finish(tick, status=75, timeout=20)
        self.assertIn("did not end in time", result.err)
        wait_gone([store], 20)
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["lost"])

    def test_a_timeout_is_kept_while_the_store_process_hangs(self):
        job = self.box.insert(task="long")
        tick = self.box.start()
        store = self.store_process_of(tick)
        self.box.until(lambda: self.box.outcomes_of(job) == [None])
        sleeper = self.box.until(lambda: [pid for pid in processes_of(f"sleep\0" + "60")])
        os.kill(store, signal.SIGSTOP)
        wait_gone(sleeper, 20)
        os.kill(store, signal.SIGCONT)
        self.box.finish(tick)
        self.assertEqual(self.box.outcomes_of(job), ["timed_out"])

    @not_fast  # it dies by a signal, of which a sanitizer makes a report
    def test_a_truncated_shm_file_costs_no_more_than_the_store_process(self):
        held, job = self.held_job()
        tick = self.box.start()
        held.wait_started()
        store = self.store_process_of(tick)
        subprocess.run(as_nobody("sh", "-c", ': > "$1"', "sh", self.box.database + "-shm"), check=True)
        wait_gone([store], 20)
        self.assertIsNone(tick.poll(), "the supervisor lives")
        held.release()
        self.box.finish(tick, status=75)
        self.box.tick()
        self.assertEqual(self.box.outcomes_of(job), ["lost"])

    def test_an_output_directory_with_the_database_is_refused(self):
        self.configure(CONFIG + f'[output]\ndirectory = "{self.box.state}/output"\n')
        self.assertIn("lies in the directory of the database", self.box.escher(status=78).err)

    def test_a_shared_database_of_roots_is_refused_with_the_line_that_mends_it(self):
        os.chown(self.box.state, 0, -1)
        self.assertIn("--owner", self.box.escher(status=78).err)
