#pragma once

#include <filesystem>

namespace escher::os {

/// True if nobody but `root` and the effective user can write `file` and its directory: the answer to
/// security.commands = "auto". Looks at owner, group members, mode bits and POSIX ACLs are treated as writable by others.
/// Throws Error where the system does not tell: neither answer would be safe.
[[nodiscard]] bool writable_only_by_us(const std::filesystem::path& file);

} // namespace escher::os
