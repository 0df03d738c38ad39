#pragma once

#include <span>
#include <string>

namespace escher::os {

/// Starts `argv` detached, so that nothing of it can hold up the caller's caller: setsid, forked twice, every
/// descriptor but /dev/null on 0-2 closed, signals at their defaults, outside of a run's control group. Throws Error{io} if it cannot fork; a program
/// that cannot be executed is reported too.
void start_detached(std::span<const std::string> argv);

} // namespace escher::os
