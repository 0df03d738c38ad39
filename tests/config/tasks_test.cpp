#include "config_sandbox.hpp"

#include <doctest/doctest.h>

using namespace escher;

TEST_CASE("a task has its template, parameters and environment")
{
    const ConfigSandbox box;
    const auto config = box.load(R"(
[task.thumbnail]
argv = ["/usr/bin/convert", "{photo}", "--note={{{photo}}}"]
params = { photo = "[a-z]+", note = ".*" }
environment = { MAGICK = "1" }
stdin = "{note}\u0000"
)");
    const auto& task = config.policies.tasks.at("thumbnail");
    CHECK(task.name == "thumbnail");
    CHECK(task.argv == std::vector<std::string>{"/usr/bin/convert", "{photo}", "--note={{{photo}}}"});
    CHECK(task.params == std::map<std::string, std::string>{{"note", ".*"}, {"photo", "[a-z]+"}});
    CHECK(task.environment == std::map<std::string, std::string>{{"MAGICK", "1"}});
    CHECK(task.input == std::string("{note}\0", 7));
    CHECK_FALSE(task.user.has_value());
}

TEST_CASE("a task says what a job of its own may bring")
{
    const ConfigSandbox box;
    const auto config =
        box.load("[task.a]\nargv = [\"a\"]\nstdin = \"job\"\nstdin_max = \"2KiB\"\nqueues = [\"x\", \"y\"]\n"
                 "[task.b]\nargv = [\"b\"]\nstdin = \"job \"\n"
                 "[schedule.s]\ncron = \"@daily\"\nargv = [\"s\"]\nstdin = \"job\"\n");
    const auto& a = config.policies.tasks.at("a");
    CHECK(a.takes_input);
    CHECK_FALSE(a.input.has_value());
    CHECK(a.max_input == 2048);
    CHECK(a.queues == std::vector<std::string>{"x", "y"});
    const auto& b = config.policies.tasks.at("b");
    CHECK_FALSE(b.takes_input); // it is a text like others
    CHECK(b.input == "job ");
    CHECK(b.max_input == 1 << 20);
    CHECK(b.queues.empty());
    CHECK(config.policies.tasks.at("schedule:s").input == "job"); // whose jobs bring nothing
}

TEST_CASE("mistakes in tasks")
{
    const ConfigSandbox box;
    const std::pair<const char*, const char*> mistakes[] = {
        {"", "1:7: task 't' has no 'argv': what is it to run?"},
        {"argv = []", "2:8: 'argv' is empty: its first element is the program"},
        {"argv = [\"\"]", "2:9: 'argv' has an empty program"},
        {"argv = [\"a\"]\nstdin_max = \"much\"",
         "3:13: 'stdin_max' must be a size such as \"4MiB\" or \"10GB\", or a number of bytes, not \"much\""},
        {"argv = [\"a\"]\nqueues = [\"ok\", \"a/b\"]", "3:17: queue 'a/b': a name has letters, digits, '_', '-' and "
                                                       "'.' only, a letter or digit first, and at most 100"},
        {"argv = [\"a\"]\nqueues = \"x\"",
         "3:10: 'queues' must be an array of texts such as [\"mail\", \"bulk\"], not text"},
        {"argv = [5]", "2:9: 'argv' must be text in quotes, not a number"},
        {"argv = [\"a\\u0000\"]", "2:9: 'argv' must not hold a NUL character"},
        {"argv = \"ls -l\"",
         "2:8: 'argv' must be an array such as [\"/usr/bin/gzip\", \"file\"]: no shell takes text apart "
         "(for one, write [\"/bin/sh\", \"-c\", \"...\"])"},
        {"argv = [\"a\", \"{x}\"]", "2:14: '{x}' is not declared in 'params' (literal braces are doubled: '{{')"},
        {"argv = [\"a\", \"{photos}\", \"{photo}\"]\nparams = { photo = \"x\" }",
         "2:14: '{photos}' is not declared in 'params' (did you mean 'photo'?) (literal braces are doubled: '{{')"},
        {"argv = [\"a\", \"{\"]", "2:14: '{' without '}' (write '{{' for a brace)"},
        {"argv = [\"a\", \"}\"]", "2:14: '}' without '{' (write '}}' for a brace)"},
        {"argv = [\"{x}\"]\nparams = { x = \"a\" }", "2:9: the program must not come from a parameter"},
        {"argv = [\"a\"]\nparams = { x = \"a\" }",
         "3:12: parameter 'x' is not used: neither 'argv' nor 'stdin' has '{x}'"},
        {"argv = [\"a\"]\nstdin = \"{x}\"",
         "3:9: '{x}' is not declared in 'params' (literal braces are doubled: '{{')"},
        {"argv = [\"a\", \"{x}\"]\nparams = { x = 5 }",
         "2:14: '{x}' is not declared in 'params' (literal braces are doubled: '{{')\n"
         "escher-cron.toml:3:16: parameter 'x' must be text in quotes, not a number"},
        {"argv = [\"a\", \"{x}\"]\nparams = { x = \"(a)\\\\1\" }",
         "3:16: parameter 'x': the pattern must not use back-references such as \\1: matching would not be bounded "
         "in time"},
        {"argv = [\"a\", \"{a-b}\"]\nparams = { a-b = \"x\" }",
         "2:14: '{a-b}' is not declared in 'params' (literal braces are doubled: '{{')\n"
         "escher-cron.toml:3:12: parameter 'a-b': a parameter's name has letters, digits and '_' only, and no digit "
         "first"},
        {"argv = [\"a\"]\nenvironment = { \"A=B\" = \"x\" }",
         "3:17: variable 'A=B': a variable's name has letters, digits and '_' only, and no digit first"},
        {"argv = [\"a\"]\ncron = \"@daily\"", "3:1: 'cron' does not belong in [task.t] but in [schedule.NAME]"},
    };
    for (const auto& [text, complaint] : mistakes) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(box.mistakes("[task.t]\n" + std::string(text)) == "escher-cron.toml:" + std::string(complaint));
    }
}

TEST_CASE("a pattern that is no regular expression is refused, and so is one too long to compile safely")
{
    const ConfigSandbox box;
    for (const auto* pattern : {"[", "(", ")", "a{2,1}", "*", "\\\\"}) {
        CAPTURE(pattern);
        const auto text =
            box.mistakes("[task.t]\nargv = [\"a\", \"{x}\"]\nparams = { x = \"" + std::string(pattern) + "\" }");
        if (std::string(pattern) == "\\\\")
            CHECK(text.find("3:16: parameter 'x': the pattern is no ECMAScript regular expression: ") !=
                  std::string::npos);
        else
            CHECK(text.starts_with(
                "escher-cron.toml:3:16: parameter 'x': the pattern is no ECMAScript regular expression: "));
    }
    CHECK(box.mistakes("[task.t]\nargv = [\"a\", \"{x}\"]\nparams = { x = \"" + std::string(100'000, '(') + "\" }") ==
          "escher-cron.toml:3:16: parameter 'x': the pattern is longer than 500 bytes");
}

TEST_CASE("an argument that no program could be given is refused")
{
    const ConfigSandbox box;
    CHECK(box.mistakes("[task.t]\nargv = [\"a\", \"" + std::string(128 * 1024 - 1, 'x') + "\"]").empty());
    CHECK(box.mistakes("[task.t]\nargv = [\"a\", \"" + std::string(128 * 1024, 'x') + "\"]") ==
          "escher-cron.toml:2:14: an argument must be shorter than 128 KiB: give long data in 'stdin'");
}
