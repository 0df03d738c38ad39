#include "config/find_config.hpp"

namespace escher {

namespace {

namespace fs = std::filesystem;

constexpr auto system_directory = "/var/lib/escher-cron";
constexpr auto system_private_directory = "/var/lib/escher-cron-private";

/// $`variable`, else `fallback` in the home directory. As the XDG specification has it, a relative path does not count.
std::optional<fs::path> base_directory(const ConfigContext& context, const std::string& variable,
                                       const std::string& fallback)
{
    if (const auto set = context.environment(variable); set && set->starts_with('/'))
        return fs::path(*set);
    if (const auto home = context.environment("HOME"); home && home->starts_with('/'))
        return fs::path(*home) / fallback;
    return std::nullopt;
}

/// A dangling link is there: whoever made it wants to know that it leads nowhere.
bool is_there(const fs::path& path)
{
    std::error_code error;
    const auto type = fs::symlink_status(path, error).type();
    return type != fs::file_type::not_found;
}

} // namespace

std::optional<fs::path> person_config(const ConfigContext& context)
{
    const auto base = base_directory(context, "XDG_CONFIG_HOME", ".config");
    return base ? std::optional(*base / "escher-cron" / "escher-cron.toml") : std::nullopt;
}

fs::path default_database(const std::optional<fs::path>& file, bool of_root, const ConfigContext& context)
{
    constexpr auto name = "escher-cron.db";
    if (file && (of_root || context.root) && file != person_config(context))
        return fs::path(system_directory) / name;
    const auto state = base_directory(context, "XDG_STATE_HOME", ".local/state");
    if (!state)
        throw Error(ErrorKind::config, "cannot tell where the database is: set database.path in a config, or $HOME");
    return *state / "escher-cron" / name;
}

fs::path default_state(const fs::path& database)
{
    const auto directory = database.parent_path();
    return directory == system_directory ? fs::path(system_private_directory) : directory / "private";
}

std::optional<fs::path> find_config(const std::optional<std::string>& given, const fs::path& system_file,
                                    const ConfigContext& context)
{
    if (given)
        return fs::path(*given);
    if (const auto named = context.environment("ESCHER_CRON_CONFIG"); named && !named->empty())
        return fs::path(*named);
    // Root's is the system's: with sudo $HOME may still be somebody else's.
    if (const auto own = person_config(context); own && !context.root && is_there(*own))
        return own;
    if (is_there(system_file))
        return system_file;
    return std::nullopt;
}

} // namespace escher
