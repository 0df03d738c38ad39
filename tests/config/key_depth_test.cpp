#include "config/key_depth.hpp"

#include <doctest/doctest.h>

using namespace escher;

namespace {

std::string dotted(int parts)
{
    std::string key = "a";
    for (int i = 1; i < parts; ++i)
        key += ".a";
    return key;
}

} // namespace

TEST_CASE("a key of sixteen parts passes, one more does not")
{
    CHECK_FALSE(find_deep_key(dotted(16) + " = 1").has_value());
    CHECK(find_deep_key("x = 1\n  " + dotted(17) + " = 1") == Position{2, 34});
    CHECK(find_deep_key("[" + dotted(17) + "]").has_value());
    CHECK(find_deep_key("x = {" + dotted(17) + " = 1}").has_value());
    CHECK(find_deep_key("'a' . \"b\" . " + dotted(15) + " = 1").has_value());
}

TEST_CASE("dots in strings, comments and numbers are not those of keys")
{
    const std::string dots(100, '.');
    for (const auto& text :
         {"# " + dots, "x = \"" + dots + "\"", "x = '" + dots + "'", "x = \"\"\"\n" + dots + "\n\"\"\"",
          "x = '''\n" + dots + "\n'''", "x = \"\\\"" + dots + "\"", "x = \"é" + dots + "\"",
          "x = '''\n'' " + dots + "'''", "x = \"\"\"\\\"\"\"" + dots + "\"\"\""}) {
        CAPTURE(text);
        CHECK_FALSE(find_deep_key(text).has_value());
    }
    std::string numbers = "x = [";
    for (int i = 0; i < 100; ++i)
        numbers += "1.5, ";
    CHECK_FALSE(find_deep_key(numbers + "]").has_value());
}

TEST_CASE("a position counts characters, not bytes")
{
    CHECK(find_deep_key("x = 'é' \n'é'." + dotted(16) + " = 1") == Position{2, 34});
}

TEST_CASE("a string that is not closed ends the search")
{
    CHECK_FALSE(find_deep_key("x = \"\"\"" + dotted(100)).has_value());
    CHECK_FALSE(find_deep_key("x = \"\\").has_value());
    CHECK_FALSE(find_deep_key("#").has_value());
}
