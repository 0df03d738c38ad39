#pragma once

#include <string>

namespace escher::os {

/// The command line that makes a user without a shell, a home or a password: for messages.
[[nodiscard]] std::string system_user_call(const std::string& name);

/// Runs it. Throws Error with that line where it cannot be run, or fails.
void create_system_user(const std::string& name);

} // namespace escher::os
