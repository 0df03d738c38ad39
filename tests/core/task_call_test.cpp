#include "core/task_call.hpp"

#include <doctest/doctest.h>

using namespace escher;

namespace {

Policies with_resize()
{
    Policies policies;
    Task task;
    task.name = "resize";
    task.argv = {"/usr/bin/convert", "{file}", "-resize", "{width}x{width}", "out-{{literal}}.png"};
    task.params = {{"file", "[a-z]+\\.png"}, {"width", "[0-9]{1,4}"}};
    policies.tasks["resize"] = task;
    return policies;
}

std::string rejection(const Policies& policies, const Work& work)
{
    try {
        static_cast<void>(resolve(policies, work));
    } catch (const RejectedJob& rejected) {
        return rejected.what();
    }
    return "";
}

} // namespace

TEST_CASE("parameters are filled into argv elements, doubled braces are literal")
{
    const Policies policies = with_resize();
    const Invocation invocation = resolve(policies, TaskCall{"resize", {{"file", "a.png"}, {"width", "640"}}});
    CHECK(invocation.argv ==
          std::vector<std::string>{"/usr/bin/convert", "a.png", "-resize", "640x640", "out-{literal}.png"});
    CHECK(invocation.task == &policies.tasks.at("resize"));
    CHECK(invocation.input == std::nullopt);
}

TEST_CASE("a task's stdin is a template too")
{
    Policies policies = with_resize();
    policies.tasks["resize"].input = "{file}\n";
    CHECK(resolve(policies, TaskCall{"resize", {{"file", "a.png"}, {"width", "1"}}}).input == "a.png\n");
}

TEST_CASE("a call that the task does not allow is rejected, with the reason")
{
    const Policies policies = with_resize();
    struct Row {
        TaskCall call;
        const char* reason;
    };
    const std::vector<Row> table{
        {{"resise", {}}, "task 'resise' is not in the config: add [task.resise] (did you mean 'resize'?)"},
        {{"schedule:nightly", {}}, "schedule 'nightly' is not in the config any more"},
        {{"resize", {{"file", "a.png"}}}, "task 'resize' needs the parameter 'width'"},
        {{"resize", {{"file", "a.png"}, {"with", "1"}}},
         "task 'resize' takes no parameter 'with' (did you mean 'width'?)"},
        {{"resize", {{"file", "../a.png"}, {"width", "1"}}},
         "parameter 'file' of task 'resize' does not match its pattern [a-z]+\\.png"},
        {{"resize", {{"file", "a.png\n"}, {"width", "1"}}},
         "parameter 'file' of task 'resize' does not match its pattern [a-z]+\\.png"},
        {{"resize", {{"file", "a.png"}, {"width", std::string("1\0", 2)}}}, "parameter 'width' contains a NUL byte"},
        {{"resize", {{"file", std::string(5000, 'a')}, {"width", "1"}}},
         "parameter 'file' is longer than 4096 bytes: give long data on stdin"},
    };
    for (const auto& row : table)
        CHECK(rejection(policies, row.call) == row.reason);
}

TEST_CASE("a hostile value cannot make a hostile pattern slow")
{
    Policies policies = with_resize();
    policies.tasks["resize"].params["file"] = "(a+)+b";
    CHECK(rejection(policies, TaskCall{"resize", {{"file", std::string(4000, 'a')}, {"width", "1"}}}) != "");
}

TEST_CASE("commands of a job's own run only where they are trusted")
{
    Policies policies;
    CHECK(rejection(policies, Command{{"/bin/true"}}).find("is not allowed here") != std::string::npos);
    policies.commands = CommandTrust::any;
    CHECK(resolve(policies, Command{{"/bin/true", "{x}"}}).argv == std::vector<std::string>{"/bin/true", "{x}"});
    CHECK(rejection(policies, Command{}) == "the command is empty");
    CHECK(rejection(policies, Unrunnable{"command is no JSON"}) == "command is no JSON");
}

TEST_CASE("placeholders are found, and broken templates refused")
{
    CHECK(placeholders("a{b}c{d}") == std::vector<std::string>{"b", "d"});
    CHECK(placeholders("{{b}}").empty());
    for (const char* broken : {"{", "}", "{a", "a}", "{}"}) {
        CAPTURE(broken);
        CHECK_THROWS_AS(static_cast<void>(placeholders(broken)), std::invalid_argument);
    }
}
