#pragma once

#include <escher/run.hpp>
#include <escher/time.hpp>

#include <optional>
#include <string>

namespace escher::os {

[[nodiscard]] Time wall_clock();
[[nodiscard]] std::string boot_id(); ///< empty on a machine without one. Throws Error where it cannot be read

/// boot_id(), if that is the kernel's own word; empty where something is mounted over the file, as in containers that have
/// boots of their own: then another id does not mean that the kernel has gone.
[[nodiscard]] std::string kernel_boot_id();

/// The kernel that something on record tells of.
enum class Kernel {
    this_one,
    another, ///< it has gone, and all that ran under it: a local file system is worked on by one kernel at a time
    unknown,
};

/// `boot_id`: a kernel_boot_id() on record, perhaps of another process. Unknown where it is empty, or ours is.
[[nodiscard]] Kernel kernel_of(const std::string& boot_id);
[[nodiscard]] std::string host_name();
[[nodiscard]] int processors(); ///< this process may run on
[[nodiscard]] double load_average(); ///< of one minute. Throws Error
[[nodiscard]] std::optional<double> known_load(); ///< the same for who only shows it; none: it cannot be told
[[nodiscard]] ProcessIdentity own_identity(); ///< throws Error
[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);

} // namespace escher::os
