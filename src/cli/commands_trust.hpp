#pragma once

#include "config/config.hpp"

namespace escher::cli {

/// `config.policies` with security.commands = "auto" decided: commands of a row's own are run only where nobody but
/// root and this user can write the database file and its directory.
[[nodiscard]] Policies decided_policies(const Config& config);

} // namespace escher::cli
