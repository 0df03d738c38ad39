#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace escher::os {

/// Whom a process of root's can become.
struct UnprivilegedUser {
    uid_t uid = 0;
    std::vector<gid_t> groups; ///< the first is its own
};

/// What a child of root's does first that is to work on what others can write: keeps no descriptor but 0, 1, 2 and `socket`,
/// leaves the session of root's terminal, into which it could type, becomes `user`, and ends with `parent`. Throws Error
/// as those below do.
void become(const UnprivilegedUser& user, pid_t parent, int socket);

/// Makes this process, root's, one of the user `uid` with these groups alone, the first of them its own, for good: no
/// capability is left, none can be had by a program that it executes, nobody of that user can look into it, and it leaves
/// no core file. Throws Error if any of that cannot be done, or is not so afterwards; it may then be half done, and the
/// process is to end.
void drop_privileges(uid_t uid, const std::vector<gid_t>& groups);

/// Bounds the memory that this process can have. Does nothing where a sanitizer needs all addresses.
void bound_memory(std::size_t bytes);

/// This process gets KILL when `parent` ends, and ends at once if that has happened already. After the last change of user,
/// which undoes it. Throws Error.
void end_with(pid_t parent);

/// Closes every descriptor but 0, 1, 2 and `kept`. Throws Error.
void close_all_but(int kept);

/// Nothing is to be read on 0 any more. Throws Error.
void read_nothing();

} // namespace escher::os
