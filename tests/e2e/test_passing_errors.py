"""One system call of a tick fails, once: that is an error, said as one, and not the answer to what was asked."""

import grp
import os
import pwd

from case import EndToEnd, as_root, not_fast
from sandbox import BINARY

# A user with a group of its own by the same name, which every Debian has; its files may be writable by that group.
USER = "games"


@not_fast
class PassingErrors(EndToEnd):
    user = None

    def setUp(self):
        super().setUp()
        # auto: whether jobs may bring commands is for the tick to find out, of a group that has to be looked up.
        self.box.configure("")
        os.chmod(self.box.state, 0o770)
        if self.user:
            account = pwd.getpwnam(self.user)
            self.as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
            self.assertEqual(grp.getgrgid(account.pw_gid).gr_name, self.user)
            os.chown(self.box.state, account.pw_uid, account.pw_gid)
        else:
            self.as_user = []
        self.escher("init")

    def escher(self, *words, tracer=(), **options):
        program, *rest = [*self.as_user, *tracer, BINARY]
        return self.box.escher(*rest, *words, program=[program], **options)

    def tick_with(self, *injection, **options):
        return self.escher(tracer=["strace", "-qq", "-e", "signal=none", *injection], status=None, **options)

    def count(self, call, path=None):
        """How often an undisturbed tick with a job makes this call."""
        trace = self.box.path("trace") if not self.user else os.path.join(self.box.state, "trace")
        self.insert()
        self.tick_with("-o", trace, "-e", f"trace={call}", *(["-P", path] if path else []))
        with open(trace, encoding="utf-8", errors="replace") as file:
            return sum(1 for line in file if "(" in line)

    def insert(self):
        return int(self.escher("add", "--", "true").out)

    def fail_each(self, call, error, path=None, most=60, always_told=False, told_by_status=True):
        total = self.count(call, path)
        self.assertGreater(total, 0, f"a tick makes no {call} call on {path}: this would prove nothing")
        for when in range(1, total + 1, -(-total // most)):
            job = self.insert()
            result = self.tick_with("-o", "/dev/null", "-e", f"trace={call}", *(["-P", path] if path else []),
                                    "-e", f"inject={call}:error={error}:when={when}")
            told = f"{call} {error} {path or ''} {when} of {total}: {result}"
            state, reason = self.box.sql("SELECT state, reason FROM job WHERE id = ?", job)[0]
            self.assertNotEqual(state, "invalid", f"{reason}: {told}")
            if state != "completed" or always_told:
                # What is wrong with the output directory only puts off the start of jobs.
                if told_by_status and "/output'" not in result.err:
                    self.assertNotEqual(result.status, 0, f"{state}: {told}")
                self.assertIn("escher-cron: ", result.err, told)
            self.escher(status=None)
            self.assertState(job, "completed")
        return total

    def test_links_are_not_resolved(self):
        self.fail_each("readlink", "ENOMEM")

    def test_access_lists_are_not_read(self):
        # Unread, a list could let anybody write: no job of theirs may run on the strength of that.
        self.fail_each("getxattr", "EIO", always_told=True)

    def test_files_are_not_examined(self):
        for error in ("ENOMEM", "EIO"):
            self.fail_each("newfstatat", error)

    def test_users_and_groups_are_not_read(self):
        for path in ("/etc/passwd", "/etc/group", "/etc/nsswitch.conf"):
            for error in ("EMFILE", "EIO"):
                self.fail_each("openat", error, path)

    def test_what_the_machine_is_is_not_told(self):
        self.box.configure('[run]\ncgroup = "off"')
        self.fail_each("statfs", "EIO", always_told=True)
        self.box.configure("")
        # Where the runs' control groups are looked for: the tick says so and leaves the job for later.
        self.fail_each("statfs", "EIO", told_by_status=False)
        self.fail_each("openat", "EMFILE", "/proc/sys/kernel/random/boot_id", always_told=True)
        self.box.configure("[run]\nmax_load = 1000")
        self.fail_each("sysinfo", "EPERM", told_by_status=False)

    def test_a_load_that_is_not_known_is_no_reason(self):
        self.box.configure("[run]\nmax_load = 1000")
        job = self.insert()
        unknown = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=sysinfo:error=EPERM"]
        for words in (["show", job], ["list"], ["plan"]):
            self.assertIn(str(job), self.escher(*words, tracer=unknown).out)

    def test_a_local_zone_that_is_not_read_is_not_utc(self):
        result = self.escher("next", "0 3 * * *", tracer=["strace", "-qq", "-o", "/dev/null", "-P", "/etc/localtime",
                                                          "-e", "inject=openat:error=EMFILE"],
                             status=74, env={"TZ": "/etc/localtime"})
        self.assertEqual(result.out, "")
        self.assertIn("'/etc/localtime': Too many open files", result.err)

    def test_locks_are_not_asked_for(self):
        self.fail_each("fcntl", "ENOLCK")


@as_root
class PassingErrorsOfAUser(PassingErrors):
    user = USER
