"""What every sweep is run with: the binary, where the places go, and which proof of belonging the ticks use."""

import dataclasses
import os
import shutil
import subprocess
import tempfile

from cgroups import Cgroup, make_cgroup

# The words for "no cgroup" that a config may take; the first one that `check` accepts is used.
OFF_WORDS = ("off", "none", "never", "no")


@dataclasses.dataclass
class Settings:
    binary: str = ""
    base: str = ""
    seed: int = 1
    jobs: int = 4
    cgroup_word: str = ""  # for run.cgroup; empty: this binary has no such key
    undisturbed: dict = dataclasses.field(default_factory=dict)  # of each load: how often a tick makes each call
    cgroup: Cgroup | None = None  # the subtree that ticks live in, where cgroups are used


def prepare(seed, jobs):
    """Makes the directory of all places. Root refuses configs where others can write, so not in /tmp for root."""
    built = os.path.abspath(os.environ.get("ESCHER_CRON_BINARY", "build/src/escher-cron"))
    parent = "/var/lib" if os.geteuid() == 0 else None
    base = tempfile.mkdtemp(prefix="escher-cron-sweep-", dir=parent)
    os.chmod(base, 0o755)
    settings = Settings(base=base, seed=seed, jobs=jobs)
    # Copied to where every user can execute it; a build directory may lie under somebody's home.
    settings.binary = shutil.copy(built, os.path.join(base, "escher-cron"))
    settings.cgroup_word = next((word for word in OFF_WORDS if accepts(settings, word)), "")
    return settings


def accepts(settings, word):
    """True if the binary takes run.cgroup = WORD."""
    config = os.path.join(settings.base, "probe.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'[database]\npath = "{settings.base}/probe/escher-cron.db"\n[run]\ncgroup = "{word}"\n')
    os.makedirs(os.path.join(settings.base, "probe"), mode=0o700, exist_ok=True)
    asked = subprocess.run([settings.binary, "-c", config, "status"], stdin=subprocess.DEVNULL, capture_output=True,
                           check=False)
    return asked.returncode != 78


def with_cgroup(settings):
    """The same with a cgroup of the harness's own in force, or why there is none."""
    if not accepts(settings, "auto"):
        return None, "this binary has no run.cgroup"
    cgroup, why = make_cgroup()
    if cgroup is None:
        return None, why
    return dataclasses.replace(settings, cgroup=cgroup, cgroup_word="auto", undisturbed={}), ""
