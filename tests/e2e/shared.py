"""A database that a group shares: root's ticks run what members of the group ask for."""

import grp
import os
import pwd

from case import EndToEnd, as_root

GROUP = "games"  # one that every Debian has and that nobody is in


def as_member(user, *command, group=GROUP):
    """A command line that runs `command` as this user, with this group besides his own."""
    entry = pwd.getpwnam(user)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}",
            f"--groups={grp.getgrnam(group).gr_gid}", *command]


def as_nobody(*command, group=GROUP):
    return as_member("nobody", *command, group=group)


@as_root
class SharedDatabase(EndToEnd):
    """Begins with what `init --group` makes."""

    toml = ""

    def setUp(self):
        super().setUp()
        self.box.configure(self.toml)
        os.rmdir(self.box.state)
        self.box.escher("init", "--group", GROUP)
