#pragma once

#include <string>

namespace escher {

/// All of the file, or of standard input for "-". Throws Error that begins with `label`: it cannot be read, to its end.
[[nodiscard]] std::string read_file(const std::string& label, const std::string& path);

/// The same of what a job is to read on its stdin: not larger than 64 MiB.
[[nodiscard]] std::string read_input(const std::string& label, const std::string& path);

} // namespace escher
