#include <doctest/doctest.h>

#include "json/json_writer.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

using namespace escher;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

std::string round_trip(const std::string& text)
{
    JsonWriter writer;
    writer.value(text);
    return json::parse(writer.text()).get<std::string>();
}

} // namespace

TEST_CASE("objects and arrays are separated by commas only where they must")
{
    JsonWriter writer;
    writer.begin_object().key("schema").value(1).key("a").begin_array().end_array();
    writer.key("b").begin_array().value("x").value(2).begin_object().end_object().value(true).null().end_array();
    writer.key("c").raw("{\"d\":[]}").key("e").value(0.5).end_object();
    CHECK(writer.text() == R"({"schema":1,"a":[],"b":["x",2,{},true,null],"c":{"d":[]},"e":0.5})");
}

TEST_CASE("text comes through, but for invalid UTF-8, which becomes U+FFFD")
{
    const std::vector<std::string> kept = {
        "", "plain", "\"\\/", "\n\t\r\b\f", "\x01\x1f\x7f", "\u00fc\u65e5\U0001f600", std::string("a\0b", 3)};
    for (const std::string& text : kept)
        CHECK(round_trip(text) == text);
    CHECK(round_trip("a\xff"
                     "b") == "a\ufffd"
                             "b");
    CHECK(round_trip("\xe2\x82") == "\ufffd\ufffd");
    CHECK(round_trip("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
    CHECK(round_trip("\xc0\x80") == "\ufffd\ufffd");
}

TEST_CASE("numbers that JSON has no word for are null, and large ones are exact")
{
    JsonWriter writer;
    writer.begin_array().value(std::nan("")).value(std::numeric_limits<double>::infinity());
    writer.value(std::numeric_limits<std::int64_t>::min()).value(33.333333333333336).end_array();
    CHECK(writer.text() == "[null,null,-9223372036854775808,33.333333333333336]");
}

TEST_CASE("times are RFC 3339 in UTC")
{
    JsonWriter writer;
    writer.value(Time(1'900'000'000'123ms));
    CHECK(writer.text() == "\"2030-03-17T17:46:40.123Z\"");
}

TEST_CASE("what is not there is null: an optional without a value, and a text that is empty")
{
    JsonWriter writer;
    writer.begin_object().member("a", std::optional<int>()).member("b", std::optional<Time>());
    writer.member("c", std::optional(JobId{4})).member("d", std::optional(1500ms)).member("e", std::optional(true));
    writer.member_or_null("f", "").member_or_null("g", "x").member("h", "").end_object();
    CHECK(writer.text() == R"({"a":null,"b":null,"c":4,"d":1500,"e":true,"f":null,"g":"x","h":""})");
}

TEST_CASE("an array has a value for each element, and a document begins with its schema")
{
    const std::vector<int> numbers = {1, 2};
    CHECK(json_document([&](JsonWriter& writer) {
              writer.array("plain", numbers);
              writer.array("objects", numbers,
                           [&](int number) { writer.begin_object().member("n", number).end_object(); });
              writer.array("none", std::vector<std::string>());
          }) == "{\"schema\":1,\"plain\":[1,2],\"objects\":[{\"n\":1},{\"n\":2}],\"none\":[]}\n");
}
