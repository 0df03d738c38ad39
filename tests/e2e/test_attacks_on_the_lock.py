"""Who may write the database tries to stop the ticks of root, by way of their lock."""

import contextlib
import os
import stat
import subprocess

from case import EndToEnd, as_root, slow
from sandbox import BINARY
from shared import SharedDatabase, as_nobody
from test_sharing import CONFIG

# Locks byte 0 of each file that it is given and can open, and writes over what the holder says of itself.
ATTACK = """
import fcntl, os, struct, sys
kept = []
for path in sys.argv[2:]:
    try:
        file = os.open(path, os.O_RDWR)
        fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0))  # F_OFD_SETLK
        os.ftruncate(file, 0)
        os.write(file, sys.argv[1].encode())
        kept.append(path)
    except OSError as error:
        print(error.strerror, end="; ")
print("has", kept, flush=True)
sys.stdin.read()
"""
FUTURE = f"pid 1 since 1 uptime {10**15}".ljust(255) + "\n"


@contextlib.contextmanager
def attacking(line, *paths, user=True):
    """While it lasts, the locks of `paths` are held, as far as they can be had; yields what came of it."""
    command = ["/usr/bin/python3", "-c", ATTACK, line, *paths]
    with subprocess.Popen(as_nobody(*command) if user else command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, cwd="/") as attacker:
        try:
            yield attacker.stdout.readline()
        finally:
            attacker.stdin.close()


class FromTheGroup(SharedDatabase):
    """The attacker is nobody, in the group of the database; the ticks are root's."""

    toml = CONFIG

    def setUp(self):
        super().setUp()
        self.private = self.box.path("private")

    def add(self):
        return int(self.box.escher("add", "--task", "greet", "-p", "name=x", program=as_nobody(BINARY)).out)

    def attack_and_tick(self, line):
        self.box.tick()
        job = self.add()
        with attacking(line, os.path.join(self.box.state, "run.lock"), os.path.join(self.private, "run.lock")) as had:
            self.box.tick(status=None, silent=False)
        self.assertNotIn(self.private, had)
        self.assertState(job, "completed")

    def test_a_lock_on_byte_0_and_an_emptied_line_stop_no_tick(self):
        self.attack_and_tick("")

    def test_nor_does_an_uptime_that_is_still_to_come(self):
        self.attack_and_tick(FUTURE)

    def test_a_lock_file_planted_beside_the_database_counts_for_nothing(self):
        planted = os.path.join(self.box.state, "run.lock")
        subprocess.run(as_nobody("/usr/bin/python3", "-c", f"open({planted!r}, 'w')"), check=True)
        self.attack_and_tick("")

    def test_nobody_else_reaches_the_private_place(self):
        self.add()
        self.box.tick()
        self.assertEqual(sorted(os.listdir(self.private)), ["output", "run.lock"])
        self.assertEqual(sorted(set(os.listdir(self.box.state)) - {"escher-cron.db-wal", "escher-cron.db-shm"}),
                         ["escher-cron.db", "wake"])
        self.assertEqual(stat.S_IMODE(os.stat(self.private).st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.private, "run.lock")).st_mode), 0o600)
        for name in ("run.lock", "output"):
            look = subprocess.run(as_nobody("/usr/bin/stat", os.path.join(self.private, name)), capture_output=True,
                                  check=False)
            self.assertNotEqual(look.returncode, 0)

    def test_a_private_place_in_the_shared_directory_is_refused(self):
        self.box.configure(CONFIG)
        for command in ([], ["--once"]):
            result = self.box.escher(*command, status=78)
            self.assertIn("run.state", result.err)


@as_root
class TheStopIsNotSilent(EndToEnd):
    """However a tick is kept from claiming: by an attacker that is the tick's own user here, and reaches everything."""

    def later(self, seconds, *words, **options):
        """A tick under a kernel that has been up longer."""
        program = ["unshare", "--time", "--fork", "--boottime", str(seconds), BINARY]
        return self.box.escher(*words, program=program, **options)

    def lock(self):
        return os.path.join(self.box.state, "private", "run.lock")

    def stopped(self, line):
        self.box.tick()
        job = self.box.add("true")
        with attacking(line, self.lock(), user=False):
            first = self.box.escher()
            self.assertEqual(first.err, "", "it may be a matter of seconds")
            result = self.later(200, status=75)
        self.assertIn(self.lock(), result.err)
        self.assertIn("no tick has had it for 3 m", result.err)
        self.assertState(job, "available")
        self.box.tick()
        self.assertState(job, "completed")
        # And it is forgotten then.
        with attacking(line, self.lock(), user=False):
            self.later(400)

    @slow
    def test_a_holder_that_says_nothing_is_told_of_after_three_minutes(self):
        self.stopped("")

    @slow
    def test_so_is_one_that_will_take_the_lock_only_in_the_future(self):
        self.stopped(FUTURE)

    @slow
    def test_so_is_one_of_another_boot(self):
        self.stopped("pid 1 since 1 uptime 1 boot 01234567-89ab-cdef-0123-456789abcdef".ljust(255) + "\n")

    def test_a_lock_file_with_a_second_name_is_refused(self):
        self.box.tick()
        victim = self.box.write("victim", "precious\n")
        os.unlink(self.lock())
        os.link(victim, self.lock())
        result = self.box.escher(status=77)
        self.assertIn("another name", result.err)
        with open(victim, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious\n")
        os.unlink(self.lock())
