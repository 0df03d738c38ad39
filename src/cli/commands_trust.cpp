#include "cli/commands_trust.hpp"

#include "os/system.hpp"

namespace escher::cli {

CommandTrust decide_trust(const Config& config)
{
    switch (config.commands) {
    case CommandsKey::listed:
        return CommandTrust::listed;
    case CommandsKey::any:
        return CommandTrust::any;
    case CommandsKey::automatic:
        break;
    }
    return os::writable_only_by_us(config.database.path) ? CommandTrust::any : CommandTrust::listed;
}

} // namespace escher::cli
