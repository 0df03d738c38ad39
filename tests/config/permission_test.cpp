#include "config/config_file.hpp"
#include "config_sandbox.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

using namespace escher;
namespace fs = std::filesystem;

namespace {

constexpr uid_t somebody = 65534;

/// Only root can make files that belong to root.
bool not_root()
{
    if (::geteuid() == 0)
        return false;
    MESSAGE("not run: needs root");
    return true;
}

} // namespace

TEST_CASE("root refuses a config that is not root's")
{
    if (::geteuid() == 0)
        return; // the tests below have the details
    ConfigSandbox box;
    box.root = true;
    CHECK(box.mistakes("").starts_with("refusing a config that others than root can change: "));
}

TEST_CASE("root refuses a config, or a directory above it, that others can write")
{
    if (not_root())
        return;
    ConfigSandbox box;
    box.root = true;
    CHECK(box.mistakes("").empty());
    const auto refusal = [&](const std::string& path, const std::string& why, const std::string& remedy) {
        return "refusing a config that others than root can change: " + path + " " + why +
               "; mend it with: " + remedy + " " + path;
    };

    ::chmod(box.config().c_str(), 0664);
    CHECK(box.mistakes() == refusal("escher-cron.toml", "can be written by its group", "chmod go-w"));
    ::chmod(box.config().c_str(), 0646);
    CHECK(box.mistakes() == refusal("escher-cron.toml", "can be written by everybody", "chmod go-w"));
    ::chmod(box.config().c_str(), 0644);
    REQUIRE(::chown(box.config().c_str(), somebody, 0) == 0);
    CHECK(box.mistakes() == refusal("escher-cron.toml", "belongs to uid 65534", "chown root"));
    REQUIRE(::chown(box.config().c_str(), 0, 0) == 0);

    const auto above = box.directory().parent_path().string();
    ::chmod(above.c_str(), 0775);
    CHECK(box.mistakes() == refusal(above, "can be written by its group", "chmod go-w"));
    ::chmod(above.c_str(), 01777); // as /tmp: what is root's in it stays root's
    CHECK(box.mistakes().empty());
    ::chmod(above.c_str(), 0755);

    box.root = false;
    ::chmod(box.config().c_str(), 0666);
    CHECK(box.mistakes().empty());
}

TEST_CASE("root looks at what symbolic links lead through")
{
    if (not_root())
        return;
    ConfigSandbox box;
    box.root = true;
    box.write("open/real.toml", "");
    fs::create_symlink("open/../open/real.toml", box.config());
    CHECK(box.mistakes().empty());
    ::chmod((box.directory() / "open").c_str(), 0777);
    CHECK(box.mistakes() ==
          "refusing a config that others than root can change: open can be written by everybody; mend "
          "it with: chmod go-w open");
    ::chmod((box.directory() / "open").c_str(), 0755);
    REQUIRE(::lchown(box.config().c_str(), somebody, 0) == 0);
    CHECK(box.mistakes() ==
          "refusing a config that others than root can change: escher-cron.toml belongs to uid 65534; "
          "mend it with: chown -h root escher-cron.toml");
    fs::remove(box.config());
    fs::create_symlink("escher-cron.toml", box.config());
    CHECK(box.mistakes() == "cannot read escher-cron.toml: Too many levels of symbolic links");
}

TEST_CASE("root refuses fragments that others can write, and a conf.d")
{
    if (not_root())
        return;
    ConfigSandbox box;
    box.root = true;
    box.write("escher-cron.toml", "");
    box.write("conf.d/a.toml", "[task.t]\nargv = [\"x\"]\n");
    CHECK(box.mistakes().empty());
    ::chmod((box.directory() / "conf.d/a.toml").c_str(), 0666);
    CHECK(box.mistakes() == "refusing a config that others than root can change: conf.d/a.toml can be written by "
                            "everybody; mend it with: chmod go-w conf.d/a.toml");
    ::chmod((box.directory() / "conf.d/a.toml").c_str(), 0644);
    ::chmod((box.directory() / "conf.d").c_str(), 0777);
    CHECK(box.mistakes() == "refusing a config that others than root can change: conf.d can be written by everybody; "
                            "mend it with: chmod go-w conf.d");
}

TEST_CASE("only a config of root's may choose users and raise priorities")
{
    if (not_root())
        return;
    const ConfigSandbox box;
    const std::string text =
        "[run]\nuser = \"www-data\"\n[defaults]\nnice = -5\n[task.t]\nargv = [\"x\"]\nuser = \"jo\"\n";
    const auto config = box.load(text); // root's, though a person reads it
    CHECK(config.policies.user == "www-data");
    CHECK(config.policies.tasks.at("t").user == "jo");
    REQUIRE(::chown(box.config().c_str(), somebody, 0) == 0);
    CHECK(box.mistakes() ==
          "escher-cron.toml:2:8: 'user' may only be set in a config that belongs to root: only root can run jobs as "
          "somebody else\n"
          "escher-cron.toml:4:8: 'nice' below 0 needs root: only a config that belongs to root may set it\n"
          "escher-cron.toml:7:8: 'user' may only be set in a config that belongs to root: only root can run jobs as "
          "somebody else");
}

TEST_CASE("a config of root's keeps its database under /var/lib, whoever reads it, a person's own does not")
{
    if (not_root())
        return;
    ConfigSandbox box;
    box.variables["XDG_STATE_HOME"] = "/state";
    box.write("system.toml", "");
    box.write("escher-cron.toml", "");
    const auto system = box.directory() / "system.toml";
    CHECK(load_config(system, box.context()).database.path == "/var/lib/escher-cron/escher-cron.db");
    CHECK(load_config(box.config(), box.context()).database.path == "/state/escher-cron/escher-cron.db");
    REQUIRE(::chown(system.c_str(), somebody, 0) == 0);
    CHECK(load_config(system, box.context()).database.path == "/state/escher-cron/escher-cron.db");
}

TEST_CASE("~ is for persons")
{
    if (not_root())
        return;
    ConfigSandbox box;
    box.root = true;
    CHECK(
        box.mistakes("[database]\npath = \"~/app.db\"\n[defaults]\ndirectory = \"~\"") ==
        "escher-cron.toml:2:8: 'path' must be an absolute path: '~' is for a person's own config, not \"~/app.db\"");
}
