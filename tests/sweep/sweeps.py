"""All sweeps by name."""

from cases import Blind, Daemon, DaemonGroup, Hidden, Leftovers, Nested, Passing, Unrecorded
from clients import ClientSweep
from restores import Restores
from soak import Soak
from ticks import FailSweep, KillGroupSweep, KillSweep, PairSweep, RecoverySweep

SWEEPS = {sweep.name: sweep for sweep in (
    Leftovers, Passing, Unrecorded, Blind, Hidden, Daemon, Nested, Restores,
    KillSweep, FailSweep, RecoverySweep, PairSweep, ClientSweep, Soak)}

# These need a cgroup; where there is none the run says so and goes on.
CGROUP_SWEEPS = {sweep.name: sweep for sweep in (DaemonGroup, KillGroupSweep)}
