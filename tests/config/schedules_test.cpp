#include "config_sandbox.hpp"

#include "core/task_call.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("a schedule with an argv of its own is a task that a config cannot name")
{
    const ConfigSandbox box;
    const auto config = box.load(R"(
[schedule.nightly]
cron = "  30 3\t* *  1-5 "
timezone = "Europe/Berlin"
argv = ["/usr/bin/awk", "{ print $1 }", "{x}"]
stdin = "{data}"
environment = { A = "b" }
queue = "slow"
catch_up = "all"
deadline = "2h"
overlap = "replace"
jitter = "5m"
enabled = false
)");
    REQUIRE(config.schedules.size() == 1);
    const auto& schedule = config.schedules[0];
    CHECK(schedule.name == "nightly");
    CHECK(std::holds_alternative<CronFields>(schedule.recurrence));
    CHECK(schedule.text == "30 3 * * 1-5");
    CHECK(schedule.zone_name == "Europe/Berlin");
    CHECK(schedule.zone != nullptr);
    CHECK(schedule.call == TaskCall{"schedule:nightly", {}});
    CHECK(schedule.catch_up == CatchUp::all);
    CHECK(schedule.deadline == 2h);
    CHECK(schedule.overlap == Overlap::replace);
    CHECK(schedule.jitter == 5min);
    CHECK_FALSE(schedule.enabled);
    const auto& task = config.policies.tasks.at("schedule:nightly");
    CHECK(task.name == "schedule:nightly");
    CHECK(task.policy.queue == "slow");
    CHECK(task.environment == std::map<std::string, std::string>{{"A", "b"}});
    // Braces mean nothing in an argv that is no template.
    const auto invocation = resolve(config.policies, schedule.call);
    CHECK(invocation.argv == std::vector<std::string>{"/usr/bin/awk", "{ print $1 }", "{x}"});
    CHECK(invocation.input == "{data}");
}

TEST_CASE("a schedule may call a task, defined before or after it")
{
    const ConfigSandbox box;
    const auto config = box.load(R"(
[schedule.refresh]
every = "15m"
task = "thumbnail"
params = { photo = "cover" }
[task.thumbnail]
argv = ["/usr/bin/convert", "{photo}"]
params = { photo = "[a-z]+" }
)");
    REQUIRE(config.schedules.size() == 1);
    const auto& schedule = config.schedules[0];
    CHECK(schedule.recurrence == Recurrence(Every{15min}));
    CHECK(schedule.text == "every 15m");
    CHECK(schedule.zone_name == "local");
    CHECK(schedule.zone != nullptr);
    CHECK(schedule.call == TaskCall{"thumbnail", {{"photo", "cover"}}});
    CHECK(config.policies.tasks.size() == 1);
}

TEST_CASE("the schedules are ordered by name")
{
    const ConfigSandbox box;
    std::string text;
    for (const auto* name : {"b", "a10", "a", "C"})
        text += "[schedule." + std::string(name) + "]\ncron = \"@daily\"\nargv = [\"x\"]\n";
    std::string names;
    for (const auto& schedule : box.load(text).schedules)
        names += schedule.name + " ";
    CHECK(names == "C a a10 b ");
}

TEST_CASE("mistakes in schedules")
{
    const ConfigSandbox box;
    const std::string task = "[task.t]\nargv = [\"a\", \"{x}\"]\nparams = { x = \"[a-z]\" }\n";
    const std::pair<const char*, const char*> mistakes[] = {
        {"", "4:11: schedule 's' has neither 'cron' nor 'every': when is it due?\n"
             "escher-cron.toml:4:11: schedule 's' has neither 'argv' nor 'task': what is it to run?"},
        {"cron = \"@daily\"\nevery = \"1h\"\nargv = [\"a\"]", "6:9: a schedule has 'cron' or 'every', not both"},
        {"cron = \"@daily\"\ntask = \"t\"\nargv = [\"a\"]", "6:8: a schedule has 'argv' or 'task', not both"},
        {"every = \"30s\"\nargv = [\"a\"]", "5:9: 'every' must be from 1m to 3650d, not \"30s\""},
        {"every = 15\nargv = [\"a\"]",
         "5:9: 'every' must be a duration such as \"90s\" or \"1h30m\"; a number alone has no unit"},
        {"cron = 5\nargv = [\"a\"]", "5:8: 'cron' must be text in quotes, not a number"},
        {"cron = \"@daily\"\nargv = [\"a\"]\ntimezone = \"Europe/Berln\"",
         "7:12: no such time zone 'Europe/Berln' (did you mean 'Europe/Berlin'?)"},
        {"cron = \"@daily\"\nargv = [\"a\"]\ntimezone = 1", "7:12: 'timezone' must be text in quotes, not a number"},
        {"cron = \"@daily\"\nargv = [\"a\"]\nparams = { x = \"a\" }",
         "7:10: 'params' goes with 'task': 'argv' is taken as it stands"},
        {"cron = \"@daily\"\ntask = \"none_such\"", "6:8: there is no [task.none_such]"},
        {"cron = \"@daily\"\ntask = \"schedule:s\"", "6:8: there is no [task.schedule:s]"},
        {"cron = \"@daily\"\ntask = \"t\"", "6:8: task 't' needs the parameter 'x': give it in 'params'"},
        {"cron = \"@daily\"\ntask = \"t\"\nparams = { x = \"1\" }",
         "7:16: parameter 'x' does not match its pattern in [task.t]"},
        {"cron = \"@daily\"\ntask = \"t\"\nparams = { x = \"ab\" }",
         "7:16: parameter 'x' does not match its pattern in [task.t]"},
        {"cron = \"@daily\"\ntask = \"t\"\nparams = { x = \"a\", y = \"a\" }",
         "7:21: task 't' takes no parameter 'y'"},
        {"cron = \"@daily\"\ntask = \"t\"\nparams = { x = \"a\" }\nqueue = \"q\"\nstdin = \"\"",
         "8:1: 'queue' belongs in [task.t]: a schedule that calls a task runs by the task's policy\n"
         "escher-cron.toml:9:1: 'stdin' belongs in [task.t]: a schedule that calls a task runs by the task's policy"},
        {"cron = \"@daily\"\nargv = [\"a\"]\ncatch_up = \"last\"",
         "7:12: 'catch_up' must be \"none\", \"latest\" or \"all\", not \"last\""},
        {"cron = \"@daily\"\nargv = [\"a\"]\noverlap = \"skipp\"",
         "7:11: 'overlap' must be \"skip\", \"queue\", \"allow\" or \"replace\", not \"skipp\" (did you mean "
         "'skip'?)"},
        {"cron = \"@daily\"\nargv = [\"a\"]\njitter = \"10%\"",
         "7:10: 'jitter' must be a duration such as \"90s\" or \"1h30m\", not \"10%\""},
        {"cron = \"@daily\"\nargv = [\"a\"]\ndeadline = \"0\"",
         "7:12: 'deadline' must be from 1s to 3650d, or \"none\", not \"0\""},
    };
    for (const auto& [text, complaint] : mistakes) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(box.mistakes(task + "[schedule.s]\n" + text) == "escher-cron.toml:" + std::string(complaint));
    }
}

TEST_CASE("a cron expression that is none is complained of at its place")
{
    const ConfigSandbox box;
    for (const auto* expression : {"", "61 * * * *", "* * * * * *", "* * * *", "0 0 30 2 *", "*/0 * * * *",
                                   "0 0 L * *", "@never", "\\u0001 * * * *"}) {
        CAPTURE(expression);
        const auto text = box.mistakes("[schedule.s]\ncron = \"" + std::string(expression) + "\"\nargv = [\"a\"]");
        CHECK(text.starts_with("escher-cron.toml:2:8: "));
        CHECK(text.find('\n') == std::string::npos);
    }
}

TEST_CASE("a missing local zone is told once, not for each schedule")
{
    const ConfigSandbox box;
    std::string text;
    for (int i = 0; i < 3; ++i)
        text += "[schedule.s" + std::to_string(i) + "]\ncron = \"@daily\"\nargv = [\"x\"]\n";
    box.write("escher-cron.toml", text);
    auto context = box.context();
    int asked = 0;
    context.zone = [&](const std::string&) {
        ++asked;
        return std::shared_ptr<const Zone>();
    };
    CHECK_THROWS_WITH_AS(static_cast<void>(load_config(box.config(), context)),
                         "no such time zone 'local': is the package tzdata installed?", Error);
    CHECK(asked == 1);
}
