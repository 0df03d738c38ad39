#include "config/quantity.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("a size has a unit of thousands or of 1024s")
{
    const std::pair<const char*, std::int64_t> cases[] = {
        {"0B", 0},      {"100B", 100},       {"512kB", 512'000},       {"512KB", 512'000},
        {"1KiB", 1024}, {"4MiB", 4'194'304}, {"10GB", 10'000'000'000}, {"8388607TiB", 9'223'370'937'343'148'032},
    };
    for (const auto& [text, expected] : cases) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(parse_size(text) == expected);
    }
    for (const auto* text : {"", "4", "MiB", "4M", "4mib", "4 MiB", "-4MiB", "+4MiB", "4.5MiB", "4MiB ", "8388608TiB",
                             "99999999999999999999B", "0x4B"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_size(text).has_value());
    }
}

TEST_CASE("a rate is a count in a time")
{
    const std::pair<const char*, Rate> cases[] = {
        {"60/min", {60, 1min}}, {"10/s", {10, 1s}},        {"500/h", {500, 1h}},
        {"1/d", {1, 24h}},      {"100/15m", {100, 15min}}, {"5/1h30m", {5, 90min}},
    };
    for (const auto& [text, expected] : cases) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(parse_rate(text) == expected);
    }
    for (const auto* text : {"", "60", "60/", "/min", "0/min", "-1/min", "60/minute", "60/m", "60 / min", "60/0s",
                             "60/0", "2147483648/s", "60/min "}) {
        CAPTURE(text);
        CHECK_FALSE(parse_rate(text).has_value());
    }
}

TEST_CASE("percentages and umasks")
{
    CHECK(parse_percent("10%") == 10);
    CHECK(parse_percent("0%") == 0);
    for (const auto* text : {"", "%", "10", "10 %", "-1%", "1.5%", "9999999999%"})
        CHECK_FALSE(parse_percent(text).has_value());
    CHECK(parse_umask("022") == 022U);
    CHECK(parse_umask("0") == 0U);
    CHECK(parse_umask("0777") == 0777U);
    for (const auto* text : {"", "8", "1000", "00022", "-1", "0x1", "22 ", "u=rwx"})
        CHECK_FALSE(parse_umask(text).has_value());
}
