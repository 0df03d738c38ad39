#include <doctest/doctest.h>

#include "cli/options.hpp"

#include <escher/error.hpp>

using namespace escher;
using namespace escher::cli;

namespace {

Parsed parse(std::vector<std::string> words)
{
    words.insert(words.begin(), "escher-cron");
    return parse_command_line(words);
}

std::string refusal(const std::vector<std::string>& words)
{
    try {
        (void)parse(words);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return "accepted";
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("after a usage error the help of the command is named where it is known")
{
    struct Row {
        Words words;
        std::string call;
    };
    const std::vector<Row> rows = {
        {{}, "escher-cron --help"},
        {{"--onec"}, "escher-cron --help"},
        {{"lsit"}, "escher-cron --help"},
        {{"add", "--prioritty", "3"}, "escher-cron add --help"},
        {{"-c", "list", "show"}, "escher-cron show --help"},
    };
    for (Row row : rows) {
        CAPTURE(row.call);
        row.words.insert(row.words.begin(), "escher-cron");
        CHECK(help_call(row.words) == row.call);
    }
}

TEST_CASE("the first word that is no option picks the command, wherever the options stand")
{
    struct Row {
        Words words;
        std::string command;
    };
    const std::vector<Row> rows = {
        {{}, ""},
        {{"--once"}, ""},
        {{"-v", "--once"}, ""},
        {{"list"}, "list"},
        {{"--json", "list"}, "list"},
        {{"-c", "list", "show", "1"}, "show"},
        {{"--config=list", "show", "1"}, "show"},
        {{"--color", "never", "list"}, "list"},
        {{"list", "--json"}, "list"},
        {{"-clist", "show", "1"}, "show"},
        {{"-qc", "list", "show", "1"}, "show"},
        {{"-qvclist", "show", "1"}, "show"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.words);
        CHECK(parse(row.words).command->name == row.command);
    }
}

TEST_CASE("options are taken by their long name, however they are written")
{
    struct Row {
        Words words;
        std::string option;
        Words values;
    };
    const std::vector<Row> rows = {
        {{"list", "-n", "5"}, "limit", {"5"}},
        {{"list", "-n5"}, "limit", {"5"}},
        {{"list", "--limit=5"}, "limit", {"5"}},
        {{"list", "-an5"}, "limit", {"5"}},
        {{"list", "-an", "5"}, "limit", {"5"}},
        {{"list", "-an", "-5"}, "limit", {"-5"}},
        {{"list", "-an5"}, "all", {""}},
        {{"list", "-vv", "-v"}, "verbose", {"", "", ""}},
        {{"add", "-p", "a=1,2", "-pb==", "--", "x"}, "param", {"a=1,2", "b=="}},
        {{"add", "-qpa=1", "-qvp", "b==", "--", "x"}, "param", {"a=1", "b=="}},
        {{"add", "-qvpb=2", "--", "x"}, "verbose", {""}},
        {{"add", "--param=a=1", "--", "x"}, "param", {"a=1"}},
        {{"add", "--name", "", "--", "x"}, "name", {""}},
        {{"add", "--name=", "--", "x"}, "name", {""}},
        {{"add", "--priority", "-5", "--", "x"}, "priority", {"-5"}},
        {{"add", "--name", "--json", "--", "x"}, "name", {"--json"}},
        {{"add", "--name", "-pfoo", "--", "x"}, "name", {"-pfoo"}},
        {{"add", "--stdin", "-", "--", "x"}, "stdin", {"-"}},
        {{"add", "--name", "two\nlines, and\ta tab", "--", "x"}, "name", {"two\nlines, and\ta tab"}},
        {{"-c", "x.toml", "list"}, "config", {"x.toml"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.words);
        CHECK(parse(row.words).arguments.values(row.option) == row.values);
    }
}

TEST_CASE("what follows the first -- is the job's own, untouched")
{
    const Parsed parsed = parse({"add", "--name", "n", "--", "ls", "-la", "--", "--json", "-h", "", "a,b"});
    CHECK(parsed.arguments.argv == Words{"ls", "-la", "--", "--json", "-h", "", "a,b"});
    CHECK(parsed.arguments.positional.empty());
    CHECK_FALSE(parsed.help);
    CHECK_FALSE(parsed.arguments.has("json"));
    CHECK(parse({"add", "--"}).arguments.argv == Words{});
    CHECK_FALSE(parse({"add"}).arguments.argv.has_value());
}

TEST_CASE("for a command without an argv of its own, what follows -- are plain arguments")
{
    CHECK(parse({"message", "--", "-5 degrees"}).arguments.positional == Words{"-5 degrees"});
    CHECK(parse({"message", "--level", "error", "--", "--level"}).arguments.positional == Words{"--level"});
}

TEST_CASE("mistakes are named, with what was meant")
{
    struct Row {
        Words words;
        std::string says;
    };
    const std::vector<Row> rows = {
        {{"lst"}, "unknown command 'lst' (did you mean 'list'?)"},
        {{"list", "--stat", "x"}, "unknown option '--stat' of 'list' (did you mean '--state'?)"},
        {{"list", "--stat=x"}, "unknown option '--stat' of 'list' (did you mean '--state'?)"},
        {{"--onec"}, "unknown option '--onec' (did you mean '--once'?)"},
        {{"list", "-z"}, "unknown option '-z' of 'list'"},
        {{"list", "-n"}, "option '-n' needs a value: -n N"},
        {{"list", "--limit"}, "option '--limit' needs a value: --limit N"},
        {{"list", "-an"}, "option '-an' needs a value: -an N"},
        {{"list", "--json=1"}, "option '--json' takes no value"},
        {{"list", "--json=true"}, "option '--json' takes no value"},
        {{"list", "--json="}, "option '--json' takes no value"},
        {{"list", "-Zn5"}, "unknown option '-Z' of 'list'"},
        {{"list", "-Z=5"}, "unknown option '-Z' of 'list'"},
        {{"list", "-n", "1", "-n", "2"}, "option '--limit' can be given only once"},
        {{"list", "extra"}, "'list' does not take 'extra'"},
        {{"show"}, "'show' needs more: escher-cron show ID..."},
        {{"note", "key"}, "'note' needs more"},
        {{"add", "ls", "-la"}, "options of the job's own command go after --"},
        {{"--", "ls"}, "escher-cron add -- COMMAND"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.words);
        CHECK(refusal(row.words).find(row.says) != std::string::npos);
        CAPTURE(refusal(row.words));
    }
}

TEST_CASE("help is given for a command before its arguments are looked at")
{
    CHECK(parse({"show", "-h"}).help);
    CHECK(parse({"-h", "show"}).command->name == "show");
    CHECK_FALSE(parse({"show", "-h"}).overview);
    CHECK(parse({"--help"}).overview);
    CHECK(parse({"help"}).overview);
    CHECK(parse({"help", "pause"}).command->name == "pause");
    CHECK_FALSE(parse({"help", "pause"}).overview);
    CHECK(parse({"-V"}).version);
}
