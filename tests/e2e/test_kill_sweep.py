"""SIGKILL to the tick at each of its system calls in turn; after each, one more tick, and the invariants hold.

Random kills miss the classic mistakes; a sweep finds them. strace strikes before the call is made.
"""

import signal

from case import not_fast
from sweep import Sweep

# At most this many strikes a call, spread over all of them.
MOST_STRIKES = 24


@not_fast
class KillSweep(Sweep):
    def sweep(self, call):
        total = self.count_calls(call)
        step = max(1, -(-total // MOST_STRIKES))
        struck = 0
        for when in range(1, total + 1, step):
            self.restore()
            result = self.traced(call, "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={when}", status=None)
            self.assertIn(result.status, (0, -signal.SIGKILL, 128 + signal.SIGKILL), result)
            struck += result.status != 0
            self.box.tick(silent=False)
            self.check_after(f"{call} {when} of {total}")
        self.assertGreater(struck, 0, "no strike has hit")


def sweep_of(call):
    return lambda self: self.sweep(call)


for _call in ("openat", "pwrite64", "fdatasync", "fcntl", "clone", "flock", "waitid", "wait4", "ftruncate",
              "fchmod", "close", "prctl", "newfstatat"):
    setattr(KillSweep, f"test_killed_at_{_call}", sweep_of(_call))
