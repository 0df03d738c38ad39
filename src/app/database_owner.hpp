#pragma once

#include "config/config.hpp"

#include <sys/types.h>

#include <optional>

namespace escher {

struct DatabaseOwner {
    uid_t uid = 0;
    gid_t gid =
        0; ///< that of the directory, which the files have that others make there; if that is root's, the owner's own
};

/// Whom a process of root's is to become before it touches the database: the owner of the directory, if that is not root.
/// Looks at the directory itself and at nothing in it. None: nobody but root can write there, there is no such directory,
/// or this is not root. Throws Error with the remedy: the directory is root's, and others can write it.
[[nodiscard]] std::optional<DatabaseOwner> database_owner(const Config& config);

} // namespace escher
