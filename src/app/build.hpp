#pragma once

#include <filesystem>
#include <string>

namespace escher {

/// What was fixed when this program was built.
[[nodiscard]] std::string version();

/// The config of the whole system: escher-cron/escher-cron.toml under the build's sysconfdir.
[[nodiscard]] std::filesystem::path system_config_file();

} // namespace escher
