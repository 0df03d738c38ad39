#include "app/commands_trust.hpp"

#include "os/file_trust.hpp"

#include <escher/error.hpp>

namespace escher {

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
    try {
        return os::writable_only_by_us(config.database.path) ? CommandTrust::any : CommandTrust::listed;
    } catch (const Error& error) {
        throw Error(error.kind(), "cannot tell whether others can write the database '" +
                                      config.database.path.string() +
                                      "', as security.commands = \"auto\" asks: " + error.what());
    }
}

} // namespace escher
