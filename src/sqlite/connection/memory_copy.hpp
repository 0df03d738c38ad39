#pragma once

#include "sqlite/connection/database.hpp"

namespace escher::sqlite {

// What SQLite itself offers instead, tried with 3.40.1 on a database whose log holds all of its rows:
// - sqlite3_serialize() on a connection of one's own: needs to read the database first. Whoever may write -shm changes it by
//   that, or makes it anew where it is missing; who may not can read only if -shm exists and is readable, else "unable to open
//   database file", be there a log or not. The owner's `plan` would leave a trace, a stranger's would fail after a reboot.
// - immutable=1: no -shm, no trace, but the log is passed over: "no such table".
// - sqlite3_deserialize() of the file alone: memory has no log, so "unable to open database file".
// - A private copy of file and log that SQLite opens and recovers: right, without a trace. It spares the 100 lines of
//   wal_overlay and nothing else (that the copy is of one piece has to be seen to as well), and needs a directory to write
//   to, with room for the database, where now memory does, and somebody to delete it after a KILL.

/// A connection to a copy in memory of what is committed in `file`, its write-ahead log included. Reads the file and
/// the log without SQLite, which would touch the -shm file, and takes no locks: it looks whether the copy is of one
/// piece, and reads again if not. Throws Error.
[[nodiscard]] Connection copy_to_memory(const std::filesystem::path& file);

} // namespace escher::sqlite
