#pragma once

#include "config/config.hpp"

#include <map>

namespace escher {

/// A temporary directory with a config of a person's own in it, and the outside world that loading sees.
class ConfigSandbox {
public:
    ConfigSandbox();
    ~ConfigSandbox();
    ConfigSandbox(const ConfigSandbox&) = delete;
    ConfigSandbox& operator=(const ConfigSandbox&) = delete;

    std::map<std::string, std::string> variables; ///< HOME, XDG_CONFIG_HOME and XDG_STATE_HOME are set
    bool root = false;

    [[nodiscard]] ConfigContext context() const;
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; } ///< of the config
    [[nodiscard]] std::filesystem::path config() const { return directory_ / "escher-cron.toml"; }

    /// Writes a file beside the config, directories made as needed.
    void write(const std::string& name, std::string_view text) const;

    [[nodiscard]] Config load() const;
    [[nodiscard]] Config load(std::string_view text) const;

    /// What load() complains of, the directory cut away; empty: nothing.
    [[nodiscard]] std::string mistakes() const;
    [[nodiscard]] std::string mistakes(std::string_view text) const;

private:
    std::filesystem::path home_;
    std::filesystem::path directory_;
};

} // namespace escher
