#include "config_sandbox.hpp"

#include <doctest/doctest.h>

using namespace escher;
namespace fs = std::filesystem;

TEST_CASE("the config that was named is taken whether it exists or not")
{
    ConfigSandbox box;
    box.write("escher-cron.toml", "");
    box.variables["ESCHER_CRON_CONFIG"] = "/named/by/variable";
    CHECK(find_config("/given", "/system", box.context()) == fs::path("/given"));
    CHECK(find_config({}, "/system", box.context()) == fs::path("/named/by/variable"));
    box.variables["ESCHER_CRON_CONFIG"] = "";
    CHECK(find_config({}, "/system", box.context()) == box.config());
}

TEST_CASE("a person's own config comes before the system's, and only if it is there")
{
    ConfigSandbox box;
    box.write("system.toml", "");
    const auto system = box.directory() / "system.toml";
    CHECK(find_config({}, system, box.context()) == system);
    box.write("escher-cron.toml", "");
    CHECK(find_config({}, system, box.context()) == box.config());
    box.root = true;
    CHECK(find_config({}, system, box.context()) == system);
    CHECK_FALSE(find_config({}, box.directory() / "missing", box.context()).has_value());
}

TEST_CASE("a link that leads nowhere is a config, so that it is complained of")
{
    ConfigSandbox box;
    fs::create_symlink("nowhere", box.config());
    CHECK(find_config({}, "/system", box.context()) == box.config());
    CHECK(box.mistakes() == "cannot read escher-cron.toml: No such file or directory");
}

TEST_CASE("without XDG_CONFIG_HOME the config is in ~/.config, and a relative one does not count")
{
    ConfigSandbox box;
    box.variables["HOME"] = box.directory().string();
    box.write(".config/escher-cron/escher-cron.toml", "");
    const auto expected = box.directory() / ".config/escher-cron/escher-cron.toml";
    box.variables["XDG_CONFIG_HOME"] = "relative";
    CHECK(find_config({}, "/nonexistent", box.context()) == expected);
    box.variables.erase("XDG_CONFIG_HOME");
    CHECK(find_config({}, "/nonexistent", box.context()) == expected);
    box.variables.erase("HOME");
    CHECK_FALSE(find_config({}, "/nonexistent", box.context()).has_value());
}

TEST_CASE("without a config everything lies under the person's state directory")
{
    ConfigSandbox box;
    box.variables["XDG_STATE_HOME"] = "/state";
    auto config = load_config({}, box.context());
    CHECK(config.file.empty());
    CHECK(config.database.path == "/state/escher-cron/escher-cron.db");
    CHECK(config.run.lock == "/state/escher-cron/private/run.lock");
    CHECK(config.run.wake == "/state/escher-cron/wake");
    CHECK(config.output.directory == "/state/escher-cron/private/output");
    CHECK(config.run.concurrency == 6);
    CHECK(config.policies.commands == CommandTrust::listed);
    box.variables.erase("XDG_STATE_HOME");
    box.variables["HOME"] = "/home/jo";
    CHECK(load_config({}, box.context()).database.path == "/home/jo/.local/state/escher-cron/escher-cron.db");
    box.variables.erase("HOME");
    CHECK_THROWS_WITH_AS(static_cast<void>(load_config({}, box.context())),
                         "cannot tell where the database is: set database.path in a config, or $HOME", Error);
}

TEST_CASE("what the config leaves open lies beside its database")
{
    const ConfigSandbox box;
    const auto config = box.load("[database]\npath = \"jobs/app.db\"");
    CHECK(config.file == box.config());
    CHECK(config.database.path == box.directory() / "jobs/app.db");
    CHECK(config.run.state == box.directory() / "jobs/private");
    CHECK(config.run.lock == box.directory() / "jobs/private/run.lock");
    CHECK(config.run.wake == box.directory() / "jobs/wake");
    CHECK(config.output.directory == box.directory() / "jobs/private/output");
}

TEST_CASE("the paths of a config that is given relative to the working directory are absolute")
{
    const ConfigSandbox box;
    box.write("escher-cron.toml", "[database]\npath = \"app.db\"");
    const auto relative = fs::relative(box.config(), fs::current_path());
    const auto config = load_config(relative, box.context());
    CHECK(config.file.is_absolute());
    CHECK(config.database.path.is_absolute());
    CHECK(fs::weakly_canonical(config.database.path) == box.directory() / "app.db");
}

TEST_CASE("lock and output lie in the private place that the config names, unless it names them too")
{
    const ConfigSandbox box;
    const auto config = box.load("[run]\nstate = \"/srv/private\"\n[output]\ndirectory = \"/srv/output\"");
    CHECK(config.run.state == "/srv/private");
    CHECK(config.run.lock == "/srv/private/run.lock");
    CHECK(config.output.directory == "/srv/output");
}

TEST_CASE("the system's private place lies outside of the directory that can be shared")
{
    const ConfigSandbox box;
    const auto config = box.load("[database]\npath = \"/var/lib/escher-cron/escher-cron.db\"");
    CHECK(config.run.state == "/var/lib/escher-cron-private");
    CHECK(config.run.wake == "/var/lib/escher-cron/wake");
}
