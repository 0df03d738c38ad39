#include "config_sandbox.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace escher;
namespace fs = std::filesystem;

TEST_CASE("files in conf.d add queues, tasks and schedules")
{
    const ConfigSandbox box;
    box.write("conf.d/20-b.toml", "[queue.mail]\nconcurrency = 2\n[schedule.a]\nevery = \"1h\"\ntask = \"t\"\n");
    box.write("conf.d/10-a.toml", "[task.t]\nargv = [\"x\"]\ndirectory = \"work\"\n");
    box.write("conf.d/ignored.toml.bak", "garbage");
    box.write("conf.d/.hidden.toml", "garbage");
    const auto config = box.load("[schedule.b]\nevery = \"1h\"\ntask = \"t\"\n");
    CHECK(config.policies.queues.at("mail").limits.concurrency == 2);
    CHECK(config.policies.tasks.at("t").policy.directory == (box.directory() / "work").string());
    REQUIRE(config.schedules.size() == 2);
    CHECK(config.schedules[0].name == "a");
    CHECK(config.schedules[1].name == "b");
}

TEST_CASE("what is not for fragments, and what is defined twice, is told with its places")
{
    const ConfigSandbox box;
    box.write("conf.d/a.toml", "[run]\nmode = \"cron\"\n[task.t]\nargv = [\"x\"]\n[queue.q]\n");
    box.write("conf.d/b.toml", "[schedule.s]\nevery = \"1h\"\ntask = \"t\"\n[queue.q]\n");
    CHECK(box.mistakes("[task.t]\nargv = [\"x\"]\n[schedule.s]\nevery = \"1h\"\ntask = \"t\"") ==
          "conf.d/a.toml:1:2: [run] belongs in the main config: conf.d may only add tasks, schedules and queues\n"
          "conf.d/a.toml:3:7: task 't' is defined already at escher-cron.toml:1:7\n"
          "conf.d/b.toml:1:11: schedule 's' is defined already at escher-cron.toml:3:11\n"
          "conf.d/b.toml:4:8: queue 'q' is defined already at conf.d/a.toml:5:8");
}

TEST_CASE("mistakes of all files are told at once, unreadable ones included")
{
    const ConfigSandbox box;
    box.write("conf.d/a.toml", "[task.t\n");
    box.write("conf.d/b.toml", "[task.t]\n");
    fs::create_symlink("nowhere", box.directory() / "conf.d/c.toml");
    fs::create_directory(box.directory() / "conf.d/d.toml");
    CHECK(box.mistakes("[run]\nmode = 1") ==
          "escher-cron.toml:2:8: 'mode' must be \"cron\" or \"automatic\", not a number\n"
          "conf.d/a.toml:1:8: syntax error in table header: expected ']', saw '\\n'\n"
          "conf.d/b.toml:1:7: task 't' has no 'argv': what is it to run?\n"
          "cannot read conf.d/c.toml: No such file or directory\n"
          "cannot read conf.d/d.toml: it is a directory");
}

TEST_CASE("a conf.d that is no directory is an error, one that is empty is none")
{
    const ConfigSandbox box;
    fs::create_directory(box.directory() / "conf.d");
    CHECK(box.mistakes("").empty());
    fs::remove(box.directory() / "conf.d");
    box.write("conf.d", "");
    CHECK(box.mistakes("") == "cannot read conf.d: it is not a directory");
}
