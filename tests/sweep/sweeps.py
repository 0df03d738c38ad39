"""All sweeps by name."""

from cases import Blind, Daemon, DaemonGroup, Hidden, Leftovers, Nested, Passing, Unrecorded
from ticks import FailSweep, KillSweep, PairSweep, RecoverySweep

SWEEPS = {sweep.name: sweep for sweep in (
    KillSweep, FailSweep, RecoverySweep, PairSweep,
    Leftovers, Passing, Unrecorded, Blind, Hidden, Daemon, Nested)}

# These need a cgroup; where there is none the run says so and goes on.
CGROUP_SWEEPS = {sweep.name: sweep for sweep in (DaemonGroup,)}
