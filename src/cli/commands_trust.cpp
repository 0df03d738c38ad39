#include "cli/commands_trust.hpp"

#include "os/system.hpp"

namespace escher::cli {

Policies decided_policies(const Config& config)
{
    Policies policies = config.policies;
    switch (config.commands) {
    case CommandsKey::automatic:
        policies.commands = os::writable_only_by_us(config.database.path) ? CommandTrust::any : CommandTrust::listed;
        break;
    case CommandsKey::listed:
        policies.commands = CommandTrust::listed;
        break;
    case CommandsKey::any:
        policies.commands = CommandTrust::any;
        break;
    }
    return policies;
}

} // namespace escher::cli
