#include <doctest/doctest.h>

#include "app/known_jobs.hpp"
#include "json/batch_reader.hpp"

#include <escher/error.hpp>

#include <sstream>

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time now{1'900'000'000s};

std::vector<NewJob> read(const std::string& lines)
{
    Policies policies;
    policies.commands = CommandTrust::any;
    Task task;
    task.name = "mail";
    task.argv = {"sendmail", "{to}"};
    task.params = {{"to", "[a-z0-9.]+"}};
    policies.tasks.emplace(task.name, task);
    test::KnownJobs store;
    store.add(now);
    store.add(now);
    JobDraft::Checks checks{policies, store, "me", {}};
    std::istringstream in(lines);
    return read_batch(in, "jobs.json", now, Zone::utc(), checks);
}

std::string refusal(const std::string& lines)
{
    try {
        (void)read(lines);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::bad_data);
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("a line takes any option of add under its own name")
{
    const auto jobs = read(R"({"command": ["gzip", "a.log"], "in": "2h", "retries": 3, "priority": -1, "queue": "q"})"
                           "\n\n  \r\n"
                           R"({"task": "mail", "params": {"to": 42.5}, "after": [1, "2"], "name": null})"
                           "\n"
                           R"({"command": ["x"], "after-any": 1, "unique": "u", "key": "k", "timeout": "1m"})");
    REQUIRE(jobs.size() == 3);
    CHECK(std::get<Command>(jobs[0].work).argv == std::vector<std::string>{"gzip", "a.log"});
    CHECK(jobs[0].run_at == now + 2h);
    CHECK(jobs[0].retries == 3);
    CHECK(jobs[0].priority == -1);
    CHECK(jobs[0].queue == "q");
    CHECK(std::get<TaskCall>(jobs[1].work) == TaskCall{"mail", {{"to", "42.5"}}});
    CHECK(jobs[1].after == std::vector<Dependency>{{JobId{1}, false}, {JobId{2}, false}});
    CHECK(jobs[2].after == std::vector<Dependency>{{JobId{1}, true}});
    CHECK(jobs[2].timeout == 1min);
    CHECK(read("").empty());
}

TEST_CASE("a faulty line is named with its number and what is wrong")
{
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"nonsense", "jobs.json:1: not JSON: parse error"},
        {"{}", "jobs.json:1: there is neither 'command' nor 'task'"},
        {"[1]", "jobs.json:1: not a JSON object"},
        {"\n{\"command\": \"ls -l\"}", "jobs.json:2: 'command' must be an array of strings"},
        {R"({"command": ["ls", 1]})", "jobs.json:1: 'command' must be an array of strings; element 2 is none"},
        {R"({"command": []})", "'command' must be an array"},
        {R"({"command": ["a\u0000b"]})", "contains a NUL"},
        {R"({"comand": ["ls"]})", "unknown key 'comand' (did you mean 'command'?)"},
        {R"({"command": ["ls"], "start": true})", "unknown key 'start'"},
        {R"({"command": ["ls"], "user": "root"})", "unknown key 'user'"},
        {R"({"command": ["ls"], "priority": "high"})", "jobs.json:1: priority: 'high' is not a whole number"},
        {R"({"command": ["ls"], "retries": 1.5})", "retries: '1.5' is not a whole number"},
        {R"({"command": ["ls"], "timeout": true})", "'timeout' must be a string or a number"},
        {R"({"command": ["ls"], "stdin": "-"})", "'stdin' must name a file"},
        {R"({"command": ["ls"], "after": [9]})", "after: there is no job 9"},
        {R"({"task": "mail", "params": ["a"]})", "'params' must be an object"},
        {R"({"task": "mail", "params": {"to": "a b"}})", "does not match"},
        {R"({"task": "mail", "command": ["ls"]})", "a command or a task, not both"},
        {"{\"command\": [\"\xff\"]}", "not JSON"},
        {std::string(100'000, '['), "not JSON"},
    };
    for (const auto& [lines, says] : rows) {
        const auto& the_says = says; // clang 14 cannot capture says itself
        CAPTURE(the_says);
        const std::string text = refusal(lines);
        CAPTURE(text);
        CHECK(text.find(says) != std::string::npos);
    }
}

TEST_CASE("every faulty line is told, up to ten, and good ones beside them are not created")
{
    CHECK(refusal("{\"command\": [\"ls\"]}\n{}\n{\"command\": [\"ls\"]}\nx").find("jobs.json:4: ") !=
          std::string::npos);
    std::string many;
    for (int line = 0; line < 25; ++line)
        many += "{}\n";
    const std::string text = refusal(many);
    CHECK(text.find("jobs.json:10: ") != std::string::npos);
    CHECK(text.find("jobs.json:11: ") == std::string::npos);
    CHECK(text.find("15 more lines are faulty\nno job was created") != std::string::npos);
}

TEST_CASE("what is no fault of a line is not told as one")
{
    try {
        (void)read("{}\n{\"command\": [\"cat\"], \"stdin\": \"/proc/self/mem\"}\n{}");
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::io);
        CHECK(std::string(error.what()).starts_with("jobs.json:2: stdin: cannot read '/proc/self/mem'"));
    }
}
