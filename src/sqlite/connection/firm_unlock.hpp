#pragma once

namespace escher::sqlite {

/// From now on an unlock of SQLite's that the kernel refuses is asked for again, a few times. SQLite itself takes no notice
/// of the refusal: the lock stays, unknown to it, and nobody can write until its next transaction ends or the process does.
/// For all connections of the process, through SQLite's table of system calls; whatever stands there is what is called.
void repeat_refused_unlocks();

} // namespace escher::sqlite
