#pragma once

#include "config/config.hpp"
#include "os/drop_privileges.hpp"

#include <optional>

namespace escher {

/// For root: whose the database is that others than root can write, by its directory alone; its groups are its own, and the
/// one that shares the directory. None: nobody else can, or this is not root. Throws Error{config} if it is root's all
/// the same, or of who cannot be had as an unprivileged user.
[[nodiscard]] std::optional<os::UnprivilegedUser> owner_of_shared_database(const Config& config);

} // namespace escher
