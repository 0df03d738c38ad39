#pragma once

#include "config/config.hpp"

namespace escher {

/// security.commands, with "auto" decided: commands of a row's own are run only where nobody but root and this user can
/// write the database file and its directory. Throws Error where that cannot be told.
[[nodiscard]] CommandTrust decide_trust(const Config& config);

/// Policies::rows_are_ours, for a config whose trust in commands is `decided`. Throws Error where that cannot be told.
[[nodiscard]] bool decide_rows(const Config& config, CommandTrust decided);

} // namespace escher
