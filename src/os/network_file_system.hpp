#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace escher::os {

/// "nfs", "cifs", "fuse" and the like if `path` (or its nearest existing parent) lies on a network file system, on
/// which locks and shared memory cannot be relied on; else none. Throws Error where the system does not tell.
[[nodiscard]] std::optional<std::string> network_file_system(const std::filesystem::path& path);

} // namespace escher::os
