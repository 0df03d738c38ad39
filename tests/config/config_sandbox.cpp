#include "config_sandbox.hpp"

#include "core/zone.hpp"

#include <cstdlib>
#include <fstream>

namespace escher {

namespace fs = std::filesystem;

ConfigSandbox::ConfigSandbox()
{
    auto pattern = (fs::temp_directory_path() / "escher-config-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot create a temporary directory");
    home_ = fs::canonical(pattern);
    directory_ = home_ / "etc" / "escher-cron";
    fs::create_directories(directory_);
    variables = {{"HOME", home_.string()}, {"XDG_CONFIG_HOME", home_ / "etc"}, {"XDG_STATE_HOME", "/var/lib"}};
}

ConfigSandbox::~ConfigSandbox()
{
    std::error_code ignored;
    fs::remove_all(home_, ignored);
}

ConfigContext ConfigSandbox::context() const
{
    ConfigContext context;
    context.environment = [this](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    context.zone = [](const std::string& name) -> std::shared_ptr<const Zone> {
        if (name == "local" || name == "UTC" || name == "Europe/Berlin")
            return std::make_shared<const Zone>(Zone::utc());
        return nullptr;
    };
    context.host = "host";
    context.processors = 6;
    context.root = root;
    return context;
}

void ConfigSandbox::write(const std::string& name, std::string_view text) const
{
    const auto path = directory_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush())
        throw std::runtime_error("cannot write " + path.string());
}

Config ConfigSandbox::load() const
{
    return load_config(config(), context());
}

Config ConfigSandbox::load(std::string_view text) const
{
    write("escher-cron.toml", text);
    return load();
}

std::string ConfigSandbox::mistakes() const
{
    try {
        static_cast<void>(load());
        return {};
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::config)
            return "the exit status is wrong";
        std::string text = error.what();
        const auto prefix = directory_.string() + "/";
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
            text.erase(at, prefix.size());
        return text;
    }
}

std::string ConfigSandbox::mistakes(std::string_view text) const
{
    write("escher-cron.toml", text);
    return mistakes();
}

} // namespace escher
