#pragma once

#include <string>

namespace escher {

/// All of the file, or of standard input for "-": what a job is to read on its stdin. Throws Error that begins with
/// `label`: it cannot be read, or is larger than 64 MiB.
[[nodiscard]] std::string read_input(const std::string& label, const std::string& path);

} // namespace escher
