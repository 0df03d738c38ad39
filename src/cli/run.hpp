#pragma once

#include <span>
#include <string>

namespace escher::cli {

/// The whole program behind main: parses argv (element 0 is the program), runs the command and returns the exit
/// status. Failures are told here, once, on stderr as "escher-cron: TEXT".
[[nodiscard]] int run(std::span<const std::string> argv);

} // namespace escher::cli
