#pragma once

#include "core/history_marks.hpp"

#include <filesystem>
#include <string>

namespace escher::os {

/// What a file system tells of a file. None: it is not there. Throws Error where that cannot be told.
[[nodiscard]] std::optional<FileMark> file_mark(const std::filesystem::path& path);
[[nodiscard]] FileMark file_mark(int fd, const std::filesystem::path& path);

/// What only this machine has, hashed, as MachineMark::hardware: "board:..." for the number of the mainboard, which root
/// may read and which a cloned virtual machine gets anew, and "card:..." for the permanent address of each network card.
/// Empty in a container, which may come back on another machine with all that is its own, and where there is nothing.
[[nodiscard]] std::string machine_hardware();

/// The same, of the machine whose files lie below `root`.
[[nodiscard]] std::string hardware_below(const std::filesystem::path& root);

} // namespace escher::os
