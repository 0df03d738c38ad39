#pragma once

#include "config/config.hpp"

namespace escher {

/// $XDG_CONFIG_HOME/escher-cron/escher-cron.toml; none without a home directory.
[[nodiscard]] std::optional<std::filesystem::path> person_config(const ConfigContext& context);

/// Where the database is unless the config says so. It depends on the config and not on who reads it, so that whoever
/// creates a job and the tick that runs it mean the same one: under /var/lib with a config of root's (`of_root`: it owns
/// the file), under $XDG_STATE_HOME with a person's own one or without any. Throws Error{config} without a home.
[[nodiscard]] std::filesystem::path default_database(const std::optional<std::filesystem::path>& file, bool of_root,
                                                     const ConfigContext& context);

/// Where the private place is unless the config says so: `private` beside the database. Not for the system's own, whose
/// directory `init --group` shares: who can write a directory can put another in the place of what lies in it.
[[nodiscard]] std::filesystem::path default_state(const std::filesystem::path& database);

} // namespace escher
