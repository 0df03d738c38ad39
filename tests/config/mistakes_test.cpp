#include "config_sandbox.hpp"

#include <doctest/doctest.h>

#include <span>

using namespace escher;

namespace {

struct Mistake {
    const char* text;
    const char* complaint; ///< without the file's name
};

void check_all(std::span<const Mistake> mistakes)
{
    const ConfigSandbox box;
    for (const auto& [text, complaint] : mistakes) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(box.mistakes(text) == "escher-cron.toml:" + std::string(complaint));
    }
}

} // namespace

TEST_CASE("five mistakes are five errors, in the order of their places")
{
    const ConfigSandbox box;
    CHECK(box.mistakes("[run]\n"
                       "shutdown_grace = 30\n"
                       "mode = \"crn\"\n"
                       "[task.report]\n"
                       "arg = [\"/bin/true\"]\n"
                       "[outptu]\n") ==
          "escher-cron.toml:2:18: 'shutdown_grace' must be a duration such as \"90s\" or \"1h30m\"; a number alone "
          "has no "
          "unit\n"
          "escher-cron.toml:3:8: 'mode' must be \"cron\" or \"automatic\", not \"crn\" (did you mean 'cron'?)\n"
          "escher-cron.toml:4:7: task 'report' has no 'argv': what is it to run?\n"
          "escher-cron.toml:5:1: unknown key 'arg' in [task.report] (did you mean 'argv'?)\n"
          "escher-cron.toml:6:2: unknown section [outptu] (did you mean 'output'?)");
}

TEST_CASE("unknown keys and sections")
{
    const Mistake mistakes[] = {
        {"[run]\nconcurency = 1", "2:1: unknown key 'concurency' in [run] (did you mean 'concurrency'?)"},
        {"[run]\nwhatever = 1", "2:1: unknown key 'whatever' in [run]"},
        {"run.mdoe = 1", "1:5: unknown key 'mdoe' in [run] (did you mean 'mode'?)"},
        {"[database]\nconcurrency = 4",
         "2:1: 'concurrency' does not belong in [database] but in [run], [queue.NAME]"},
        {"[run]\npath = \"x\"", "2:1: 'path' does not belong in [run] but in [database]"},
        {"[queue.a]\nqueue = \"b\"",
         "2:1: 'queue' does not belong in [queue.a] but in [defaults], [task.NAME], [schedule.NAME]"},
        {"[queue.a]\naging = \"1h\"", "2:1: 'aging' does not belong in [queue.a] but in [defaults]"},
        {"[defaults.limits]\nmemroy = 1", "2:1: unknown key 'memroy' in [defaults.limits] (did you mean 'memory'?)"},
        {"mode = \"cron\"", "1:1: 'mode' stands outside of any section: it belongs in [run]"},
        {"x = 1", "1:1: 'x' stands outside of any section"},
        {"[tasks.a]", "1:2: unknown section [tasks] (did you mean 'task'?)"},
        {"[\"a\\u001b[31m\\u009b\"]", "1:2: unknown section [a\\x1b[31m\\xc2\\x9b]"},
        {"run = 5", "1:1: 'run' is a section, not a value: write [run]"},
        {"[[task]]\nargv = 1", "1:3: 'task' is a section, not a value: write [task.NAME]"},
        {"[task]\nargv = [\"a\"]", "2:1: 'argv' stands in [task] itself: write it in a [task.NAME]"},
        {"[task.\"a b\"]\nargv = [\"a\"]",
         "1:7: task 'a b': a name has letters, digits, '_', '-' and '.' only, a letter or "
         "digit first, and at most 100"},
        {"[queue.\"a:b\"]",
         "1:8: queue 'a:b': a name has letters, digits, '_', '-' and '.' only, a letter or digit first, "
         "and at most 100"},
    };
    check_all(mistakes);
}

TEST_CASE("values of the wrong kind")
{
    const Mistake mistakes[] = {
        {"[database]\npath = 5", "2:8: 'path' must be text in quotes, not a number"},
        {"[database]\npath = \"\"", "2:8: 'path' must be a path, not empty"},
        {"[database]\npath = \"a\\u0000b\"", "2:8: 'path' must not hold a NUL character"},
        {"[database]\njournal = true", "2:11: 'journal' must be \"wal\" or \"delete\", not true or false"},
        {"[run]\nconcurrency = \"four\"",
         "2:15: 'concurrency' must be a whole number from 1 to 10000, or \"processors\", not \"four\""},
        {"[run]\nconcurrency = 1.5", "2:15: 'concurrency' must be a whole number from 1 to 10000, or \"processors\", "
                                     "not a number with a fraction"},
        {"[run]\nmax_load = \"4\"", "2:12: 'max_load' must be a number above 0 such as 4.0, or \"none\", not \"4\""},
        {"[run]\nuser = 1000", "2:8: 'user' must be text in quotes, not a number"},
        {"[defaults]\nretries = \"3\"", "2:11: 'retries' must be a whole number from 0 to 1000, not \"3\""},
        {"[defaults]\ntimeout = false",
         "2:11: 'timeout' must be a duration such as \"90s\" or \"1h30m\", or \"none\", not true or false"},
        {"[defaults]\ntimeout = 2026-01-01",
         "2:11: 'timeout' must be a duration such as \"90s\" or \"1h30m\", or \"none\", "
         "not a date or time (text needs quotes)"},
        {"[defaults]\ntimeout = 10:00:00",
         "2:11: 'timeout' must be a duration such as \"90s\" or \"1h30m\", or \"none\", "
         "not a date or time (text needs quotes)"},
        {"[defaults]\nbackoff = [\"1m\", 5]",
         "2:18: 'backoff' must be a duration such as \"90s\" or \"1h30m\"; a number alone has no unit"},
        {"[defaults]\numask = 22", "2:9: 'umask' must be an octal number in quotes such as \"022\", not a number"},
        {"[defaults]\nlimits = 5", "2:10: 'limits' must be a table such as { memory = \"512MiB\" }, not a number"},
        {"[output]\nmax_bytes = [4]",
         "2:13: 'max_bytes' must be a size such as \"4MiB\" or \"10GB\", or a number of bytes, not an array"},
        {"[environment]\ninherit = \"PATH\"",
         "2:11: 'inherit' must be an array of texts such as [\"LANG\", \"TZ\"], not text"},
        {"[environment]\ninherit = [\"A\", 5]", "2:17: 'inherit' must be text in quotes, not a number"},
        {"[environment]\nset = [1]", "2:7: 'set' must be a table such as { name = \"text\" }, not an array"},
        {"[schedule.s]\nevery = \"1h\"\nargv = [\"a\"]\nenabled = \"yes\"",
         "4:11: 'enabled' must be true or false (without quotes), not \"yes\""},
    };
    check_all(mistakes);
}

TEST_CASE("values out of range, and words that are none")
{
    const Mistake mistakes[] = {
        {"[run]\nconcurrency = 0", "2:15: 'concurrency' must be from 1 to 10000, or \"processors\", not 0"},
        {"[run]\nconcurrency = 9223372036854775807",
         "2:15: 'concurrency' must be from 1 to 10000, or \"processors\", not 9223372036854775807"},
        {"[run]\nmax_load = -1", "2:12: 'max_load' must be a number above 0 such as 4.0, or \"none\""},
        {"[run]\nmax_load = nan", "2:12: 'max_load' must be a number above 0 such as 4.0, or \"none\""},
        {"[run]\nmax_load = inf", "2:12: 'max_load' must be a number above 0 such as 4.0, or \"none\""},
        {"[run]\nmode = \"ping\"",
         "2:8: 'mode' \"ping\" is not available in this version: use \"cron\" or \"automatic\""},
        {"[run]\nshutdown_grace = \"2h\"", "2:18: 'shutdown_grace' must be from 0s to 1h, not \"2h\""},
        {"[run]\ncgroup = \"on\"", "2:10: 'cgroup' must be \"auto\", \"off\" or \"require\", not \"on\""},
        {"[run]\ncgroup = \"required\"",
         "2:10: 'cgroup' must be \"auto\", \"off\" or \"require\", not \"required\" (did you mean 'require'?)"},
        {"[run]\ncgroup = true", "2:10: 'cgroup' must be \"auto\", \"off\" or \"require\", not true or false"},
        {"[defaults]\ntimeout = \"90 s\"",
         "2:11: 'timeout' must be a duration such as \"90s\" or \"1h30m\", or \"none\", not \"90 s\""},
        {"[defaults]\ntimeout = \"0\"", "2:11: 'timeout' must be from 1ms to 3650d, or \"none\", not \"0\""},
        {"[defaults]\nbackoff = \"2d\"", "2:11: 'backoff' must be from 0s to 1d, not \"2d\""},
        {"[defaults]\njitter = \"200%\"",
         "2:10: 'jitter' must be a percentage from 0 to 100 such as \"10%\", not \"200%\""},
        {"[defaults]\njitter = 101", "2:10: 'jitter' must be from 0 to 100, not 101"},
        {"[defaults]\nnice = 20", "2:8: 'nice' must be from -20 to 19, not 20"},
        {"[defaults]\numask = \"999\"",
         "2:9: 'umask' must be an octal number in quotes such as \"022\", not \"999\""},
        {"[defaults]\nleftovers = \"alow\"",
         "2:13: 'leftovers' must be \"kill\" or \"allow\", not \"alow\" (did you mean 'allow'?)"},
        {"[defaults]\nqueue = \"a b\"",
         "2:9: queue 'a b': a name has letters, digits, '_', '-' and '.' only, a letter or "
         "digit first, and at most 100"},
        {"[defaults.limits]\nmemory = \"1kB\"", "2:10: 'memory' must be at least 1048576 bytes, or \"inherit\""},
        {"[defaults.limits]\nopen_files = 0",
         "2:14: 'open_files' must be from 4 to 1000000000, or \"inherit\", not 0"},
        {"[database]\ntable_prefix = \"my-\"",
         "2:16: 'table_prefix' must be at most 32 letters, digits and '_', no digit "
         "first, not \"sqlite_...\", not \"my-\""},
        {"[output]\nmax_bytes = -5", "2:13: 'max_bytes' must be at least 4096 bytes"},
        {"[output]\nmax_bytes = \"4M\"",
         "2:13: 'max_bytes' must be a size such as \"4MiB\" or \"10GB\", or a number of bytes, not \"4M\""},
        {"[retention]\nkeep = \"none\"",
         "2:8: 'keep' must be a whole number from 0 to 1000000000000, or \"all\", not \"none\""},
        {"[log]\nlevel = \"warn\"",
         "2:9: 'level' must be \"error\", \"warning\", \"info\" or \"debug\", not \"warn\""},
        {"[security]\ncommands = \"list\"", "2:12: 'commands' must be \"auto\", \"listed\" or \"any\", not \"list\""},
        {"[queue.a]\nrate = \"60\"", "2:8: 'rate' must be a count in a time (s, min, h, d, or a duration) such as "
                                     "\"60/min\" or \"100/15m\", or \"none\", not \"60\""},
        {"[queue.a]\nrate = \"1/30d\"", "2:8: 'rate' must be at most 100000 in at most 7d, not \"1/30d\""},
        {"[queue.a]\nconcurrency = 0", "2:15: 'concurrency' must be from 1 to 10000, or \"none\", not 0"},
        {"[queue.a]\nconcurrency_per_key = 0", "2:23: 'concurrency_per_key' must be from 1 to 10000, not 0"},
    };
    check_all(mistakes);
}

TEST_CASE("values of the environment are not told, whatever is wrong with them")
{
    const Mistake mistakes[] = {
        {"[environment.set]\nPASSWORD = 12345", "2:12: variable 'PASSWORD' must be text in quotes, not a number"},
        {"[environment.set]\nPASSWORD = \"s3cret\\u0000\"",
         "2:12: variable 'PASSWORD' must not hold a NUL character"},
        {"[environment.set]\n\"PASS WORD\" = \"s3cret\"",
         "2:1: variable 'PASS WORD': a variable's name has letters, digits "
         "and '_' only, and no digit first"},
        {"[environment.set]\nESCHER_JOB_ID = \"s3cret\"",
         "2:1: variable 'ESCHER_JOB_ID': names that begin with ESCHER_ are "
         "set for each job by escher-cron itself"},
        {"[environment.set]\nPASSWORD = s3cret", "2:12: syntax error: this is no value; text needs quotes"},
        {"[environment.set]\nPASSWORD = 99999999999999999999",
         "2:32: syntax error: a number that does not fit into 64 bits"},
        {"[environment]\ninherit = [\"A=s3cret\"]",
         "2:12: variable 'A=s3cret': a variable's name has letters, digits and "
         "'_' only, and no digit first"},
    };
    check_all(mistakes);
}

TEST_CASE("a key that the parser quotes commands no terminal")
{
    const ConfigSandbox box;
    const auto text = box.mistakes("\"a\\u001b[31m\" = 1\n\"a\\u001b[31m\" = 2");
    CHECK(text.starts_with("escher-cron.toml:2:"));
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("syntax errors have a place and the file's other mistakes wait")
{
    const Mistake mistakes[] = {
        {"[run]\nmode = ", "2:8: syntax error in key-value pair: encountered end-of-file"},
        {"[run]\nmode = \"cron", "2:13: syntax error in string: encountered end-of-file"},
        {"[run]\nmode = \"cron\"\nmode = \"cron\"",
         "3:8: syntax error in key-value pair: cannot redefine existing string 'mode'"},
        {"[task.a]\nargv = [\"x\"]\n[task.a]\n",
         "3:1: syntax error in table header: cannot redefine existing table 'task.a'"},
    };
    check_all(mistakes);
}
