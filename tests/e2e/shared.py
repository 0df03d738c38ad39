"""A database that a group shares: root's ticks run what members of the group ask for."""

import grp
import os
import pwd

from case import EndToEnd, as_root

GROUP = "games"  # one that every Debian has and that nobody is in
OWNER = "daemon"  # an unprivileged user that every Debian has


def as_member(user, *command, group=GROUP):
    """A command line that runs `command` as this user, with this group besides his own."""
    entry = pwd.getpwnam(user)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}",
            f"--groups={grp.getgrnam(group).gr_gid}", *command]


def as_nobody(*command, group=GROUP):
    return as_member("nobody", *command, group=group)


@as_root
class SharedDatabase(EndToEnd):
    """Begins with what `init --group` makes, and with a private place out of the group's reach."""

    toml = ""

    def setUp(self):
        super().setUp()
        self.configure(self.toml)
        os.rmdir(self.box.state)
        self.box.escher("init", "--group", GROUP, "--owner", OWNER)

    def configure(self, toml):
        """Writes the config: `toml` and where the private place is."""
        state = f'[run]\nstate = "{self.box.path("private")}"\n'
        self.box.configure(toml.replace("[run]\n", state) if "[run]\n" in toml else state + toml)
