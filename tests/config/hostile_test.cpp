#include "config_sandbox.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <sys/stat.h>

using namespace escher;
namespace fs = std::filesystem;

namespace {

/// One line that begins with the file's name, whatever the parser says.
void check_one_error(const std::string& text, std::string_view begin)
{
    CAPTURE(text);
    CHECK(text.starts_with(begin));
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.size() < 300);
}

} // namespace

TEST_CASE("what is no text is refused with its place")
{
    const ConfigSandbox box;
    check_one_error(box.mistakes(std::string_view("[run]\n\0", 7)), "escher-cron.toml:2:1: syntax error");
    check_one_error(box.mistakes("[run]\nmode = \"\xFF\""), "escher-cron.toml:2:");
    check_one_error(box.mistakes("\x7F"
                                 "ELF\x02\x01\x01"),
                    "escher-cron.toml:1:");
    check_one_error(box.mistakes(std::string(1 << 20, '\0')), "escher-cron.toml:1:1: syntax error");
    check_one_error(box.mistakes("[run]\nmode = \"a\x1b[31m\""), "escher-cron.toml:2:");
}

TEST_CASE("deep nesting is refused before it can exhaust the stack")
{
    const ConfigSandbox box;
    std::string dotted;
    for (int i = 0; i < 500'000; ++i)
        dotted += "a.";
    std::string tables;
    for (int i = 0; i < 100'000; ++i)
        tables += "{a=";
    check_one_error(box.mistakes(std::string(1 << 20, '[')), "escher-cron.toml:1:");
    check_one_error(box.mistakes("x = " + std::string(1 << 20, '[')), "escher-cron.toml:1:");
    check_one_error(box.mistakes("x = " + tables), "escher-cron.toml:1:");
    check_one_error(box.mistakes(dotted + "a = 1"), "escher-cron.toml:1:32: syntax error: a key of too many parts");
    check_one_error(box.mistakes("[" + dotted + "a]"),
                    "escher-cron.toml:1:33: syntax error: a key of too many parts");
}

TEST_CASE("numbers that do not fit are refused")
{
    const ConfigSandbox box;
    for (const auto* number : {"99999999999999999999", "-99999999999999999999", "0xFFFFFFFFFFFFFFFFFF", "1e99999"})
        check_one_error(box.mistakes("[run]\nmax_load = " + std::string(number)), "escher-cron.toml:2:");
}

TEST_CASE("a name of a megabyte does not fill the screen")
{
    const ConfigSandbox box;
    const std::string name(1 << 20, 'x');
    check_one_error(box.mistakes("[run]\n" + name + " = 1"), "escher-cron.toml:2:1: unknown key 'xxxx");
    check_one_error(box.mistakes("[" + name + "]"), "escher-cron.toml:1:2: unknown section [xxxx");
    check_one_error(box.mistakes("[run]\nmode = \"" + name + "\""), "escher-cron.toml:2:8: 'mode' must be");
}

TEST_CASE("a file that is missing, a directory, a FIFO, a device, too large or a link to itself is refused")
{
    const ConfigSandbox box;
    CHECK(box.mistakes() == "cannot read escher-cron.toml: No such file or directory");
    fs::create_directory(box.config());
    CHECK(box.mistakes() == "cannot read escher-cron.toml: it is a directory");
    fs::remove(box.config());
    REQUIRE(::mkfifo(box.config().c_str(), 0600) == 0);
    CHECK(box.mistakes() == "cannot read escher-cron.toml: it is not a regular file");
    fs::remove(box.config());
    fs::create_symlink("/dev/zero", box.config());
    CHECK(box.mistakes() == "cannot read escher-cron.toml: it is not a regular file");
    fs::remove(box.config());
    fs::create_symlink("escher-cron.toml", box.config());
    CHECK(box.mistakes() == "cannot read escher-cron.toml: Too many levels of symbolic links");
    fs::remove(box.config());
    box.write("escher-cron.toml", "");
    fs::resize_file(box.config(), 100 * 1024 * 1024);
    CHECK(box.mistakes() == "cannot read escher-cron.toml: it has more than 16 MiB, which is no config");
}

TEST_CASE("a thousand mistakes are a thousand errors")
{
    const ConfigSandbox box;
    std::string text = "[run]\n";
    for (int i = 0; i < 1000; ++i)
        text += "unknown" + std::to_string(i) + " = 1\n";
    const auto mistakes = box.mistakes(text);
    CHECK(std::count(mistakes.begin(), mistakes.end(), '\n') == 999);
    CHECK(mistakes.ends_with("escher-cron.toml:1001:1: unknown key 'unknown999' in [run]"));
}
