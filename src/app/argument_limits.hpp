#pragma once

#include <string>
#include <vector>

namespace escher {

/// Throws Error{bad_data} if execve(2) would refuse these arguments: one of them too long, all of them too much, a NUL.
void check_argument_limits(const std::vector<std::string>& argv);

} // namespace escher
