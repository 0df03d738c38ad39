#include <doctest/doctest.h>

#include "terminal/render.hpp"

using namespace escher;

TEST_CASE("styles are left away without colour")
{
    CHECK(styled("x", Style::red, true) == "\x1b[31mx\x1b[0m");
    CHECK(styled("x", Style::red, false) == "x");
    CHECK(styled("x", Style::plain, true) == "x");
}
