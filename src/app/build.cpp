#include "app/build.hpp"

namespace escher {

std::string version()
{
    return ESCHER_VERSION;
}

std::filesystem::path system_config_file()
{
    return std::filesystem::path(ESCHER_SYSCONFDIR) / "escher-cron" / "escher-cron.toml";
}

} // namespace escher
