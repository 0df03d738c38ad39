#include "config_sandbox.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("every key of the fixed sections is read")
{
    ConfigSandbox box;
    box.variables["LANG"] = "C.UTF-8";
    box.variables["TZ"] = "UTC";
    const auto config = box.load(R"(
[database]
path = "/srv/app/app.db"
journal = "delete"
busy_timeout = "2s"
table_prefix = "cron_"
[run]
mode = "automatic"
lock = "tick.lock"
wake = "~/wake"
concurrency = 12
max_load = 3
shutdown_grace = "0s"
cgroup = "require"
[environment]
inherit = ["LANG", "TZ", "NOT_SET"]
set = { TZ = "Europe/Berlin", EMPTY = "" }
[output]
directory = "out"
max_bytes = 8192
[retention]
completed = "forever"
failed = "0"
cancelled = "1d"
keep = "all"
[log]
target = "log/escher.log"
level = "debug"
[security]
commands = "any"
)");
    CHECK(config.database.path == "/srv/app/app.db");
    CHECK(config.database.journal == Journal::rollback);
    CHECK(config.database.busy_timeout == 2s);
    CHECK(config.database.table_prefix == "cron_");
    CHECK(config.run.mode == RunMode::automatic);
    CHECK(config.run.lock == box.directory() / "tick.lock");
    CHECK(config.run.wake == box.variables["HOME"] + "/wake");
    CHECK(config.run.concurrency == 12);
    CHECK(config.run.max_load == 3.0);
    CHECK(config.run.shutdown_grace == 0s);
    CHECK(config.run.cgroup == CgroupUse::require);
    CHECK(config.policies.environment ==
          std::map<std::string, std::string>{{"EMPTY", ""}, {"LANG", "C.UTF-8"}, {"TZ", "Europe/Berlin"}});
    CHECK(config.output.directory == box.directory() / "out");
    CHECK(config.output.max_bytes == 8192);
    CHECK_FALSE(config.retention.completed.has_value());
    CHECK(config.retention.failed == 0s);
    CHECK(config.retention.cancelled == 24h);
    CHECK_FALSE(config.retention.keep.has_value());
    CHECK(config.log.target == (box.directory() / "log/escher.log").string());
    CHECK(config.log.level == LogLevel::debug);
    CHECK(config.commands == CommandsKey::any);
    CHECK(config.policies.commands == CommandTrust::any);
}

TEST_CASE("every key of a policy is read, on each level")
{
    const ConfigSandbox box;
    const std::string policy = R"(
priority = -5
timeout = "1h"
kill_after = "5s"
retries = 3
backoff = ["1m", "10m"]
leftovers = "allow"
nice = 10
umask = "027"
directory = "work"
limits = { memory = "1GiB", cpu_time = "1500ms", open_files = 64, processes = 100 }
)";
    const auto config =
        box.load("[defaults]\nqueue = \"q\"\njitter = 20\naging = \"1h\"" + policy +
                 "[queue.q]\nconcurrency = 3\nrate = \"60/min\"\nconcurrency_per_key = 2\njitter = \"20%\"" + policy +
                 "[task.t]\nargv = [\"/bin/true\"]\nqueue = \"q\"\njitter = 20" + policy +
                 "[schedule.s]\nevery = \"1h\"\nargv = [\"/bin/true\"]\nqueue = \"q\"" + policy);
    CHECK(config.aging == 1h);
    const auto& queue = config.policies.queues.at("q");
    CHECK(queue.limits.concurrency == 3);
    CHECK(queue.limits.rate == Rate{60, 1min});
    CHECK(queue.limits.per_key == 2);
    for (const auto* overrides : {&config.policies.defaults, &queue.policy, &config.policies.tasks.at("t").policy,
                                  &config.policies.tasks.at("schedule:s").policy}) {
        const bool of_queue = overrides == &queue.policy;
        const bool of_schedule = overrides == &config.policies.tasks.at("schedule:s").policy;
        CHECK(overrides->queue == (of_queue ? std::nullopt : std::optional<std::string>("q")));
        CHECK(overrides->jitter_percent == (of_schedule ? std::nullopt : std::optional(20)));
        CHECK(overrides->priority == -5);
        CHECK(overrides->timeout == std::optional<std::optional<Duration>>(Duration(1h)));
        CHECK(overrides->kill_after == 5s);
        CHECK(overrides->retries == 3);
        CHECK(overrides->backoff == std::vector<Duration>{1min, 10min});
        CHECK(overrides->leftovers == Leftovers::allow);
        CHECK(overrides->nice == 10);
        CHECK(overrides->umask == 027U);
        CHECK(overrides->directory == (box.directory() / "work").string());
        CHECK(overrides->limits == ResourceLimits{std::uint64_t{1} << 30, 2s, 64, 100});
    }
}

TEST_CASE("a level that says nothing overrides nothing")
{
    const ConfigSandbox box;
    const auto config = box.load("[queue.q]\n[task.t]\nargv = [\"a\"]\nlimits = { memory = \"inherit\" }");
    for (const auto* overrides :
         {&config.policies.defaults, &config.policies.queues.at("q").policy, &config.policies.tasks.at("t").policy}) {
        CHECK_FALSE(overrides->priority.has_value());
        CHECK_FALSE(overrides->timeout.has_value());
        CHECK_FALSE(overrides->backoff.has_value());
        CHECK_FALSE(overrides->directory.has_value());
        CHECK(overrides->limits == ResourceLimits{});
    }
}

TEST_CASE("timeout none says that there is none")
{
    const ConfigSandbox box;
    const auto config = box.load("[defaults]\ntimeout = \"none\"\ndirectory = \"~\"\nbackoff = \"5s\"");
    const auto& defaults = config.policies.defaults;
    REQUIRE(defaults.timeout.has_value());
    CHECK_FALSE(defaults.timeout->has_value());
    CHECK(defaults.directory == "");
    CHECK(defaults.backoff == std::vector<Duration>{5s});
}

TEST_CASE("log targets that are words are no files")
{
    const ConfigSandbox box;
    CHECK(box.load("[log]\ntarget = \"syslog\"").log.target == "syslog");
    CHECK(box.load("[log]\ntarget = \"stderr\"").log.target == "stderr");
}

TEST_CASE("a byte order mark and Windows line ends do no harm")
{
    const ConfigSandbox box;
    CHECK(box.load("\xEF\xBB\xBF[run]\r\nconcurrency = 3\r\n").run.concurrency == 3);
}
