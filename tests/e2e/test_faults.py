"""System calls that fail: nothing is half done, nothing is lost, nothing is executed without its row."""

from case import EndToEnd, not_fast
from sandbox import BINARY
from sweep import Sweep

# At most this many failures a call, spread over all of them.
MOST_STRIKES = 12


@not_fast
class FailingCalls(Sweep):
    def sweep_error(self, call, error):
        total = self.count_calls(call)
        step = max(1, -(-total // MOST_STRIKES))
        for when in range(1, total + 1, step):
            self.restore()
            self.traced(call, "-o", "/dev/null", "-e", f"inject={call}:error={error}:when={when}", status=None,
                        timeout=120)
            self.box.tick(silent=False)
            self.check_after(f"{call} {error} {when} of {total}")


for _call, _error in (("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("openat", "EMFILE"),
                      ("openat", "ENFILE"), ("ftruncate", "EIO"), ("flock", "ENOLCK"), ("mmap", "ENOMEM")):
    setattr(FailingCalls, f"test_{_call}_{_error}",
            lambda self, call=_call, error=_error: self.sweep_error(call, error))


@not_fast
class NoProcesses(EndToEnd):
    def test_a_fork_that_fails_costs_no_attempt(self):
        for error in ("EAGAIN", "ENOMEM"):
            job = self.box.add("true")
            self.box.escher("-qq", "-o", "/dev/null", "-e", "trace=clone,clone3,vfork,fork", "-e", "signal=none",
                            "-e", f"inject=clone,clone3,vfork,fork:error={error}:when=1", BINARY, program=["strace"],
                            status=None)
            self.box.tick(silent=False)
            self.assertState(job, "completed")
            self.assertEqual(self.box.sql("SELECT attempts FROM job WHERE id = ?", job), [(1,)])
            self.assertEqual(self.box.outcomes_of(job), ["exited"])
