"""The kinds of jobs that the sweeps run, and the loads that they come in.

Each job is a shell script in the sandbox that begins by telling the oracle: a line in the ledger, then the lock of its
job on descriptor 9, which every process of the job's tree inherits and keeps, whatever else it drops.
"""

import dataclasses

# The ledger line comes first: what was executed is on record before anything can go wrong. flock's own status tells
# "somebody holds it" (99) from "I was killed".
PREAMBLE = """\
echo "start $ESCHER_JOB_ID $ESCHER_RUN_ID $ESCHER_ATTEMPT $$" >>@LEDGER@
exec 9>>@LOCKS@/$ESCHER_JOB_ID
flock -n -E 99 9
[ $? -ne 99 ] || echo "overlap $ESCHER_JOB_ID $ESCHER_RUN_ID $ESCHER_ATTEMPT $$" >>@LEDGER@
"""

# Its own session, no environment that could be read (PR_SET_DUMPABLE 0, kept over the fork), no inherited output.
HIDDEN_DAEMON = """perl -MPOSIX=setsid -e '
    open(STDIN, "<", "/dev/null"); open(STDOUT, ">", "/dev/null"); open(STDERR, ">", "/dev/null");
    setsid(); syscall(@PRCTL@, 4, 0, 0, 0, 0) == 0 or exit 1; exit 0 if fork; sleep @LIFE@'
"""

# Nothing is left of where it came from but descriptor 9, of which escher-cron knows nothing.
DROP_ALL = "setsid env -i sh -c 'sleep @LIFE@; :' >/dev/null 2>&1 </dev/null &\n"


@dataclasses.dataclass(frozen=True)
class Kind:
    """What one kind of job does; `provable` is false where only a cgroup can tell whose process something is."""

    name: str
    script: str
    retries: int = 0
    timeout: str = ""
    provable: bool = True


KINDS = {kind.name: kind for kind in (
    # It also tells of descriptors that the tick has leaked into it; 9 is its own.
    Kind("plain", """for fd in /proc/$$/fd/*; do
    number=${fd##*/}
    [ "$number" -le 2 ] || [ "$number" -ge 9 ] || [ ! -e "$fd" ] ||
        echo "leak $ESCHER_JOB_ID $ESCHER_RUN_ID $number $(readlink "$fd")" >>@LEDGER@
done
exit 0
"""),
    Kind("fails", "exit 1\n", retries=2),
    Kind("signalled", "kill -USR1 $$\n", retries=1),
    Kind("loud", "head -c 700000 /dev/zero | tr '\\0' 'x'\nexit 0\n"),
    Kind("slow", "sleep 30\n", timeout="150ms"),
    Kind("leaver", "setsid sh -c 'sleep @LIFE@; :' >/dev/null 2>&1 &\nexit 1\n", retries=3),
    Kind("redirected", "env -i sleep @LIFE@ >/dev/null 2>&1 &\nexit 1\n", retries=2),
    # Output that is captured leaves the child without the lease; descriptor 9 has to be passed on by name.
    Kind("python", "/usr/bin/python3 -ISc '\nimport subprocess, sys\n"
         "subprocess.run([\"sh\", \"-c\", \"echo x\"], capture_output=True, pass_fds=(9,))\nsys.exit(1)'\n", retries=1),
    Kind("php", "php -n -r 'exec(\"echo x; sleep 0.05\", $lines); exit(1);'\n", retries=1),
    Kind("nested", "@BINARY@ --once >/dev/null 2>&1\nexit 0\n"),
    Kind("vandal", 'rm -f "$(readlink /proc/$$/fd/1)"\nkill -KILL $PPID\nsleep @LIFE@\n'),
    Kind("daemon", DROP_ALL + "exit 1\n", retries=2, provable=False),
    Kind("hidden", HIDDEN_DAEMON + "exit 1\n", retries=2),
)}


@dataclasses.dataclass(frozen=True)
class Load:
    """Jobs that wait together for the ticks of one point."""

    name: str
    kinds: tuple
    concurrency: int = 3
    user: str = ""  # whom the tick runs as; empty: the harness's own user


LOADS = {load.name: load for load in (
    Load("plain", ("plain", "fails", "signalled", "loud")),
    Load("leaving", ("leaver", "redirected", "slow")),
    Load("captured", ("python", "php", "plain")),
    Load("nested", ("nested", "plain"), concurrency=1),
    Load("vandal", ("vandal", "plain"), concurrency=1),
    Load("daemon", ("daemon", "plain")),
    Load("hidden", ("hidden", "plain"), user="nobody"),
    Load("guest", ("plain", "fails", "leaver"), user="nobody"),
)}
