"""Debian's real cron daemon starts the ticks."""

import subprocess

from case import EndToEnd, as_root, slow
from sandbox import BINARY

# In a mount namespace of its own: nothing of this machine's crontabs runs, and nothing is left in them.
ROOM = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/spool/cron
mkdir /var/spool/cron/crontabs
chgrp crontab /var/spool/cron/crontabs
chmod 1730 /var/spool/cron/crontabs
mount -t tmpfs tmpfs /etc/cron.d
: > "$SANDBOX/empty"
mount --bind "$SANDBOX/empty" /etc/crontab
crontab "$SANDBOX/crontab"
crontab -l > "$SANDBOX/installed"
exec /usr/sbin/cron -f
"""


class CronDaemon(EndToEnd):
    @as_root
    @slow
    def test_cron_runs_a_job_of_sql_and_one_of_add_at_its_next_minute_and_hears_nothing(self):
        """A failing job among them: that is the job's affair, not cron's."""
        self.box.escher("init")
        said = self.box.path("said-by-the-tick")
        # No ESCHER_CRON_CONFIG: cron's environment is almost empty.
        self.box.write("crontab", f"* * * * * {BINARY} -c {self.box.config} >> {said} 2>&1\n")
        by_sql = self.box.insert(command=["sh", "-c", "echo by sql; env > " + self.box.path("environment")])
        by_add = self.box.add("echo", "by add")
        failing = self.box.add("false")
        cron = subprocess.Popen(["unshare", "--mount", "sh", "-c", ROOM],
                                env={**self.box.environment, "SANDBOX": self.box.root}, stdin=subprocess.DEVNULL)
        try:
            self.box.wait(by_sql, by_add, failing, status=1, timeout=130)
        finally:
            cron.terminate()
            cron.wait()
        self.assertState(by_sql, "completed")
        self.assertState(by_add, "completed")
        self.assertState(failing, "failed", "exit status 1")
        self.assertEqual(self.box.log(by_sql), "by sql\n")
        self.assertEqual(self.box.log(by_add), "by add\n")
        with open(said, encoding="utf-8") as file:
            self.assertEqual(file.read(), "")
        self.assertGreaterEqual(self.box.sql("SELECT count(*) FROM tick")[0][0], 1)
        with open(self.box.path("environment"), encoding="utf-8") as file:
            self.assertIn("ESCHER_JOB_ID=", file.read())
