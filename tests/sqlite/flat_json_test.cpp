#include "sqlite/flat_json.hpp"

#include <doctest/doctest.h>

using namespace escher::sqlite;

TEST_CASE("strings survive being written and read")
{
    const std::vector<std::string> strings{"", "a\"b\\c/d", "\b\f\n\r\t\x01", "é😀", "{}[]:,"};
    CHECK(parse_strings(to_json(strings)) == strings);
    const std::map<std::string, std::string> map{{"", "x"}, {"a\n", ""}};
    CHECK(parse_string_map(to_json(map)) == map);
    CHECK(parse_strings(" [ ] ").empty());
    CHECK(parse_string_map("\t{\r\n}").empty());
    CHECK(parse_strings("[\"\\u0041\\/\\ud83d\\ude00\"]") == std::vector<std::string>{"A/😀"});
    CHECK(parse_string_map("{\"a\":-1.5e+3,\"b\":true,\"c\":0}") ==
          std::map<std::string, std::string>{{"a", "-1.5e+3"}, {"b", "true"}, {"c", "0"}});
}

TEST_CASE("what is not an array of strings is refused")
{
    for (const char* text : {"",
                             " ",
                             "[",
                             "]",
                             "[\"a\"",
                             "[\"a\",]",
                             "[,\"a\"]",
                             "[\"a\" \"b\"]",
                             "[1]",
                             "[null]",
                             "[\"a\"]x",
                             "\"a\"",
                             "{}",
                             "[\"\\x\"]",
                             "[\"\\u12\"]",
                             "[\"\\ud800\"]",
                             "[\"\\udc00\"]",
                             "[\"\\ud800\\u0041\"]",
                             "[\"a\nb\"]",
                             "['a']"}) {
        INFO(text);
        CHECK_THROWS_AS((void)parse_strings(text), BadJson);
    }
}

TEST_CASE("what is not an object of strings is refused")
{
    for (const char* text :
         {"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":--1}", "{\"a\":tru}",
          "{\"a\":null}", "{\"a\":[]}", "{\"a\":1", "{\"a\":\"1\",\"a\":\"1\"}", "[]"}) {
        INFO(text);
        CHECK_THROWS_AS((void)parse_string_map(text), BadJson);
    }
}

TEST_CASE("JSON of any kind is recognized, down to a bounded depth")
{
    for (const char* text :
         {"1", "-0.5e-7", "\"a\\u0000\"", "null", "true", "[1,[2,{\"a\":[]}]]", "{\"a\":{\"a\":null}}"})
        CHECK(is_json(text));
    for (const char* text :
         {"", "nul", "01", "[1,]", "{\"a\"}", "{1:2}", "1 2", "\xff", "\"\xff\"", "{'a': 1}", "1e999", "[-1e999]",
          "\xEF\xBB\xBF"
          "1",
          "// no\n1"})
        CHECK_FALSE(is_json(text));
    CHECK_FALSE(is_json(std::string_view("1\0x", 3)));
    CHECK(is_json(std::string(90, '[') + std::string(90, ']')));
    CHECK_FALSE(is_json(std::string(1'000'000, '[') + std::string(1'000'000, ']')));
}

TEST_CASE("what is not JSON becomes a string of JSON")
{
    for (const char* text : {"1", "{\"a\": [1, 2]}", "\"x\""})
        CHECK(as_json(text) == text);
    for (const std::string& text : {std::string("not json"), std::string("1} , {"), std::string("1e999"),
                                    std::string(200, '['), std::string("1\0x", 3)}) {
        CHECK(is_json(as_json(text)));
        CHECK(as_json(text).starts_with('"'));
    }
    CHECK(as_json("\xff") == "\"\xEF\xBF\xBD\"");
}
