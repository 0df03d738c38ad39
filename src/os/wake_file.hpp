#pragma once

#include <filesystem>

namespace escher::os {

/// Updates the time of the wake file that a systemd path unit watches; creates it (0660). Throws Error.
void touch_wake_file(const std::filesystem::path& path);

} // namespace escher::os
