#include <doctest/doctest.h>

#include "cli/log_sink.hpp"
#include "temporary_directory.hpp"

#include <fstream>
#include <sstream>

using namespace escher;
using namespace escher::cli;
using namespace std::chrono_literals;

namespace {

std::string contents(const std::filesystem::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

} // namespace

TEST_CASE("a line of the log is one line whatever its text")
{
    CHECK(log_line(LogLevel::warning, "disk\nfull \x1b[0m", Time(1'700'000'000s), 42) ==
          "2023-11-14T22:13:20Z escher-cron[42] warning: disk\\nfull \\x1b[0m\n");
}

TEST_CASE("a log file gets what its level lets through")
{
    const TemporaryDirectory root;
    LogConfig config;
    config.target = (root / "tick.log").string();
    config.level = LogLevel::warning;
    {
        LogSink sink(config, false);
        CHECK_FALSE(sink.is_stderr());
        sink.write(LogLevel::info, "started");
        sink.write(LogLevel::warning, "odd");
        sink.write(LogLevel::error, "broken");
    }
    const std::string text = contents(root / "tick.log");
    CHECK(text.find("started") == std::string::npos);
    CHECK(text.find("warning: odd\n") != std::string::npos);
    CHECK(text.find("error: broken\n") != std::string::npos);
}

TEST_CASE("a symlink in the place of the log file is not followed")
{
    const TemporaryDirectory root;
    std::ofstream(root / "victim") << "";
    std::filesystem::create_symlink(root / "victim", root / "tick.log");
    LogConfig config;
    config.target = (root / "tick.log").string();
    config.level = LogLevel::error; // what it says about that is a warning
    LogSink sink(config, false);
    CHECK(sink.is_stderr());
    CHECK(contents(root / "victim").empty());
}
