#include <doctest/doctest.h>

#include "json/json_fault.hpp"

#include <string>

using namespace escher;

TEST_CASE("what is not JSON is said to be at fault")
{
    for (const char* text : {"1", "null", "\"x\"", "[]", "{\"a\": [1, 2.5, true]}", " 1 "}) {
        CAPTURE(text);
        CHECK_FALSE(json_fault(text));
    }
    for (const char* text : {"", "text", "{", "[1,]", "{'a': 1}", "1 2", "\"\xff\"", "nul"}) {
        CAPTURE(text);
        CHECK(json_fault(text));
    }
    CHECK_FALSE(json_fault(std::string(100, '[') + std::string(100, ']')));
    CHECK(json_fault(std::string(100'000, '[')));
    CHECK(json_fault(std::string(5000, '[') + std::string(5000, ']')));
}
