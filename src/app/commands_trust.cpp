#include "app/commands_trust.hpp"

#include "os/file_trust.hpp"

#include <escher/error.hpp>

namespace escher {

namespace {

bool only_we_write_rows(const Config& config, const std::string& why_asked)
{
    try {
        return os::writable_only_by_us(config.database.path);
    } catch (const Error& error) {
        throw Error(error.kind(), "cannot tell whether others can write the database '" +
                                      config.database.path.string() + "', " + why_asked + ": " + error.what());
    }
}

} // namespace

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
    return only_we_write_rows(config, "as security.commands = \"auto\" asks") ? CommandTrust::any
                                                                              : CommandTrust::listed;
}

bool decide_rows(const Config& config, CommandTrust decided)
{
    switch (config.commands) {
    case CommandsKey::automatic: // which has been decided by that
        return decided == CommandTrust::any;
    case CommandsKey::any: // then nothing rests on it
        return false;
    case CommandsKey::listed:
        break;
    }
    return only_we_write_rows(config, "on which depends what their rows may say");
}

} // namespace escher
