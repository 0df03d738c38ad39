#include <doctest/doctest.h>

#include "terminal/escape.hpp"

#include <string>
#include <vector>

using namespace escher;

TEST_CASE("what could steer a terminal is shown instead of sent")
{
    struct Row {
        std::string text;
        std::string one_line;
        std::string multi_line;
    };
    const std::vector<Row> rows = {
        {"plain", "plain", "plain"},
        {"", "", ""},
        {"a\nb\tc", "a\\nb\\tc", "a\nb\tc"},
        {"\x1b[31mred", "\\x1b[31mred", "\\x1b[31mred"},
        {"bell\a\b", "bell\\x07\\x08", "bell\\x07\\x08"},
        {"back\r", "back\\x0d", "back\\x0d"},
        {std::string("nul\0!", 5), "nul\\x00!", "nul\\x00!"},
        {"\x7f", "\\x7f", "\\x7f"},
        {"gr\u00fcn \u2713 \u65e5\u672c", "gr\u00fcn \u2713 \u65e5\u672c", "gr\u00fcn \u2713 \u65e5\u672c"},
        {"csi \u009b31m", "csi \\xc2\\x9b31m", "csi \\xc2\\x9b31m"},
        {"\u202e exe.txt", "\\xe2\\x80\\xae exe.txt", "\\xe2\\x80\\xae exe.txt"},
        {"bad \xff", "bad \\xff", "bad \\xff"},
        {"cut \xe2\x82", "cut \\xe2\\x82", "cut \\xe2\\x82"},
        {"overlong \xc0\xaf", "overlong \\xc0\\xaf", "overlong \\xc0\\xaf"},
        {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80", "surrogate \\xed\\xa0\\x80"},
        {"beyond \xf4\x90\x80\x80", "beyond \\xf4\\x90\\x80\\x80", "beyond \\xf4\\x90\\x80\\x80"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(escape_for_terminal(row.text) == row.one_line);
        CHECK(escape_for_terminal(row.text, true) == row.multi_line);
    }
}

TEST_CASE("columns are counted as a terminal shows them")
{
    CHECK(columns_of("") == 0);
    CHECK(columns_of("abc") == 3);
    CHECK(columns_of("\u00fc") == 1);
    CHECK(columns_of("u\u0308") == 1);
    CHECK(columns_of("\u65e5\u672c") == 4);
}

TEST_CASE("what does not fit is cut between characters")
{
    CHECK(fit("abcdef", 6) == "abcdef");
    CHECK(fit("abcdef", 5) == "abcd\u2026");
    CHECK(fit("\u65e5\u672c\u8a9e", 5) == "\u65e5\u672c\u2026");
    CHECK(fit("\u65e5\u672c\u8a9e", 4) == "\u65e5\u2026");
    CHECK(fit("abc", 1) == "\u2026");
    CHECK(fit("abc", 0) == "");
}
