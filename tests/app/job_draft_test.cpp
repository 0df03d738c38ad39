#include <doctest/doctest.h>

#include "app/job_draft.hpp"
#include "app/known_jobs.hpp"

#include <escher/error.hpp>

#include <unistd.h>

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time now{1'900'000'000s};

struct Given {
    std::vector<std::pair<std::string, std::string>> options;
    std::vector<std::string> argv = {"true"};
};

struct World {
    Zone zone = Zone::utc();
    Policies policies;
    test::KnownJobs store;

    World()
    {
        policies.commands = CommandTrust::any;
        Task task;
        task.name = "thumb";
        task.argv = {"convert", "{id}.jpg"};
        task.params = {{"id", "[0-9]+"}};
        task.policy.queue = "images";
        task.policy.priority = 7;
        policies.tasks.emplace(task.name, task);
        store.add(now);
        store.tokens.emplace("0123456789abcdef", JobId{1});
    }

    NewJob make(const Given& given)
    {
        JobDraft draft(now, zone, "--");
        for (const auto& [option, text] : given.options) {
            if (option == "param")
                draft.set_param(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
            else if (!draft.set(option, text))
                FAIL("no option of a job: " << option);
        }
        if (!given.argv.empty())
            draft.set_command(given.argv);
        JobDraft::Checks checks{policies, store, "me", {}};
        return std::move(draft).finish(checks);
    }

    std::pair<std::optional<ErrorKind>, std::string> refusal(const Given& given)
    {
        try {
            (void)make(given);
        } catch (const Error& error) {
            return {error.kind(), error.what()};
        }
        return {std::nullopt, "accepted"};
    }
};

} // namespace

TEST_CASE("every option of add reaches the job")
{
    World world;
    const NewJob job = world.make({{{"name", "n"},
                                    {"queue", "q"},
                                    {"priority", "-3"},
                                    {"in", "1h30m"},
                                    {"timeout", "10s"},
                                    {"retries", "2"},
                                    {"unique", "u"},
                                    {"key", "k"},
                                    {"after", "1"}},
                                   {"ls", "-l", ""}});
    CHECK(std::get<Command>(job.work).argv == std::vector<std::string>{"ls", "-l", ""});
    CHECK(job.name == "n");
    CHECK(job.queue == "q");
    CHECK(job.priority == -3);
    CHECK(job.run_at == now + 90min);
    CHECK(job.timeout == 10s);
    CHECK(job.retries == 2);
    CHECK(job.unique_key == "u");
    CHECK(job.concurrency_key == "k");
    CHECK(job.after == std::vector<Dependency>{{JobId{1}, false}});
    CHECK(job.created_by == "me");
    CHECK(job.token.size() == 32);
}

TEST_CASE("where the options say nothing, the config places the job")
{
    World world;
    const NewJob job = world.make({{{"task", "thumb"}, {"param", "id=42"}}, {}});
    CHECK(std::get<TaskCall>(job.work) == TaskCall{"thumb", {{"id", "42"}}});
    CHECK(job.queue == "images");
    CHECK(job.priority == 7);
    CHECK_FALSE(job.run_at.has_value());
    CHECK(world.make({{{"task", "thumb"}, {"param", "id=42"}, {"priority", "0"}}, {}}).priority == 0);
}

TEST_CASE("dependencies are ids or tokens, several with commas, each once")
{
    World world;
    world.store.add(now);
    const NewJob job = world.make({{{"after", "1,2"}, {"after", "0123456789abcdef"}, {"after-any", "2"}}});
    CHECK(job.after == std::vector<Dependency>{{JobId{1}, false}, {JobId{2}, false}});
}

TEST_CASE("what could not be run is refused, and says what to write")
{
    World world;
    struct Row {
        Given given;
        ErrorKind kind;
        std::string says;
    };
    const std::vector<Row> rows = {
        {{{}, {}}, ErrorKind::usage, "what is to be run?"},
        {{{{"task", "thumb"}}}, ErrorKind::usage, "a command or a task, not both"},
        {{{{"param", "a=b"}}}, ErrorKind::usage, "only a task takes parameters"},
        {{{{"task", "thum"}}, {}}, ErrorKind::bad_data, "task 'thum' is not in the config"},
        {{{{"task", "thumb"}}, {}}, ErrorKind::bad_data, "needs the parameter 'id'"},
        {{{{"task", "thumb"}, {"param", "id=x"}}, {}}, ErrorKind::bad_data, "does not match"},
        {{{{"task", "thumb"}, {"param", "id=1"}, {"param", "id=2"}}, {}}, ErrorKind::usage, "'id' is given twice"},
        {{{{"priority", "high"}}}, ErrorKind::usage, "--priority: 'high' is not a whole number"},
        {{{{"priority", "1.5"}}}, ErrorKind::usage, "--priority: '1.5' is not a whole number"},
        {{{{"priority", "99999999999999999999"}}}, ErrorKind::usage, "out of range"},
        {{{{"retries", "-1"}}}, ErrorKind::usage, "--retries: '-1' is out of range: write a whole number from 0"},
        {{{{"timeout", "10 s"}}}, ErrorKind::usage, "--timeout: '10 s' is not a duration: write 90s"},
        {{{{"timeout", "0"}}}, ErrorKind::usage, "--timeout: must be longer than 0"},
        {{{{"in", "soon"}}}, ErrorKind::usage, "--in: 'soon' is not a duration"},
        {{{{"at", "tomorrow"}}}, ErrorKind::usage, "--at: 'tomorrow' is not a time: write 2030-01-31T08:00:00Z"},
        {{{{"at", "now"}, {"in", "1h"}}}, ErrorKind::usage, "--at and --in exclude each other"},
        {{{{"name", ""}}}, ErrorKind::usage, "--name: is empty"},
        {{{{"queue", "a\nb"}}}, ErrorKind::usage, "--queue: holds a control character"},
        {{{{"unique", "\xff"}}}, ErrorKind::usage, "--unique: holds a control character or is not UTF-8"},
        {{{{"key", std::string(1025, 'x')}}}, ErrorKind::usage, "--key: is longer than 1024 bytes"},
        {{{{"after", "99"}}}, ErrorKind::bad_data, "--after: there is no job 99"},
        {{{{"after", "1,,2"}}}, ErrorKind::usage, "--after: '1,,2' is no list of ids"},
        {{{{"after", "first"}}}, ErrorKind::usage, "'first' is not a job"},
        {{{{"after-any", "0123456789abcdee"}}}, ErrorKind::bad_data, "--after-any: there is no job"},
        {{{{"stdin", "/nowhere/at/all"}}}, ErrorKind::io, "--stdin: cannot read '/nowhere/at/all': No such file"},
        {{{}, {""}}, ErrorKind::bad_data, "the command is empty"},
        {{{}, {"x", std::string(128 * 1024, 'a')}}, ErrorKind::bad_data, "argument 1 has 131072 bytes"},
        {{{}, {"x", std::string("a\0b", 3)}}, ErrorKind::bad_data, "argument 1 contains a NUL"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.says);
        const auto [kind, text] = world.refusal(row.given);
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(kind == row.kind);
        CHECK(text.find(row.says) != std::string::npos);
    }
}

TEST_CASE("an argument list over the system's limit is refused, one just below a single argument's is not")
{
    World world;
    CHECK(std::get<Command>(world.make({{}, {"x", std::string(128 * 1024 - 1, 'a')}}).work).argv.size() == 2);
    const auto limit = static_cast<std::size_t>(::sysconf(_SC_ARG_MAX));
    const Given huge{{}, std::vector<std::string>(limit / 1000 + 1, std::string(1000, 'a'))};
    CHECK(world.refusal(huge).second.find("the arguments take") != std::string::npos);
}

TEST_CASE("a command of one's own is refused where only tasks are listed")
{
    World world;
    world.policies.commands = CommandTrust::listed;
    CHECK(world.refusal({}).first == ErrorKind::permission);
    CHECK(world.refusal({{{"task", "thumb"}, {"param", "id=1"}}, {}}).second == "accepted");
}
