#pragma once

#include <escher/run.hpp>
#include <escher/time.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace escher::os {

[[nodiscard]] Time wall_clock();
[[nodiscard]] std::string boot_id(); ///< empty on a machine without one. Throws Error where it cannot be read
[[nodiscard]] std::string host_name();
[[nodiscard]] std::string user_name(); ///< of the effective user; its number where it has no name. Throws Error
[[nodiscard]] bool user_exists(const std::string& name); ///< true too where the name service fails to tell
[[nodiscard]] int processors(); ///< this process may run on
[[nodiscard]] double load_average(); ///< of one minute. Throws Error
[[nodiscard]] ProcessIdentity own_identity(); ///< throws Error
[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);

/// Opens /dev/null on each of 0, 1 and 2 that is closed. Call first: otherwise the next file opened lands there.
void secure_standard_streams();

/// "nfs", "cifs", "fuse" and the like if `path` (or its nearest existing parent) lies on a network file system, on
/// which locks and shared memory cannot be relied on; else none. Throws Error where the system does not tell.
[[nodiscard]] std::optional<std::string> network_file_system(const std::filesystem::path& path);

/// True if nobody but `root` and the effective user can write `file` and its directory: the answer to
/// security.commands = "auto". Looks at owner, group members, mode bits and POSIX ACLs are treated as writable by others.
/// Throws Error where the system does not tell: neither answer would be safe.
[[nodiscard]] bool writable_only_by_us(const std::filesystem::path& file);

/// Starts `argv` detached, so that nothing of it can hold up the caller's caller: setsid, forked twice, every
/// descriptor but /dev/null on 0-2 closed, signals at their defaults, outside of a run's control group. Throws Error{io} if it cannot fork; a program
/// that cannot be executed is reported too.
void start_detached(std::span<const std::string> argv);

/// Updates the time of the wake file that a systemd path unit watches; creates it (0660). Throws Error.
void touch_wake_file(const std::filesystem::path& path);

} // namespace escher::os
