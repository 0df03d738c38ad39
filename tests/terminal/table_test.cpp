#include <doctest/doctest.h>

#include "terminal/escape.hpp"
#include "terminal/render.hpp"
#include "terminal/table.hpp"

#include <algorithm>

using namespace escher;

namespace {

Table sample()
{
    Table table({{"ID", true}, {"STATE"}, {"NAME", false, true}, {"N", true}});
    table.add({{"7", Style::plain}, {"running", Style::blue}, {"short", Style::plain}, {"1", Style::plain}});
    table.add({{"12", Style::plain},
               {"failed", Style::red},
               {"a much longer name than fits", Style::plain},
               {"200", Style::plain}});
    return table;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

} // namespace

TEST_CASE("a table on a terminal has a header and aligned columns")
{
    CHECK(sample().text({.terminal = true}) == "ID  STATE    NAME                            N\n"
                                               " 7  running  short                           1\n"
                                               "12  failed   a much longer name than fits  200\n");
}

TEST_CASE("on a narrow terminal the wide column gives way, and no line is too long")
{
    for (int width = 26; width < 60; ++width) {
        CAPTURE(width);
        for (const std::string& line : lines_of(sample().text({.terminal = true, .width = width})))
            CHECK(columns_of(line) <= static_cast<std::size_t>(width));
    }
    CHECK(sample().text({.terminal = true, .width = 30}) == "ID  STATE    NAME            N\n"
                                                            " 7  running  short           1\n"
                                                            "12  failed   a much long\u2026  200\n");
}

TEST_CASE("colour changes nothing of a table's layout")
{
    std::string colored = sample().text({.terminal = true, .color = true, .width = 40});
    CHECK(colored.find("\x1b[31mfailed\x1b[0m") != std::string::npos);
    for (std::size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b'))
        colored.erase(at, colored.find('m', at) + 1 - at);
    const auto plain = lines_of(sample().text({.terminal = true, .width = 40}));
    const auto stripped = lines_of(colored);
    REQUIRE(stripped.size() == plain.size());
    for (std::size_t at = 0; at < plain.size(); ++at)
        CHECK(stripped[at].starts_with(plain[at]));
}

TEST_CASE("in a pipe a table is tab-separated, without header, and cells cannot break it")
{
    Table table({{"A"}, {"B"}});
    table.add({{"tab\there", Style::red}, {"line\nbreak", Style::plain}});
    table.add({{"", Style::plain}, {"\x1b]0;title\a", Style::plain}});
    CHECK(table.text({.terminal = false, .color = true, .width = 10}) ==
          "tab\\there\tline\\nbreak\n\t\\x1b]0;title\\x07\n");
}
