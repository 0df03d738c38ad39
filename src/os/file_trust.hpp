#pragma once

#include <filesystem>

namespace escher::os {

/// True if nobody but `root` and the effective user can write `file` and its directory: the answer to
/// security.commands = "auto". Looks at owner, group members, mode bits and POSIX ACLs are treated as writable by others.
/// Throws Error where the system does not tell: neither answer would be safe.
[[nodiscard]] bool writable_only_by_us(const std::filesystem::path& file);

/// The same of a directory, and of files in it by that alone: nothing in it is looked at. False if it is not there.
[[nodiscard]] bool is_directory_only_we_write(const std::filesystem::path& directory);

/// True if nobody but `root` and the effective user owns or can write the open file or directory `fd`, whatever leads
/// there. `name` is for messages. Throws Error as above.
[[nodiscard]] bool writable_only_by_us(int fd, const std::filesystem::path& name);

} // namespace escher::os
