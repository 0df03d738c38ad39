#include "core/duration.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("a duration is a sum of numbers with units")
{
    const std::pair<const char*, Duration> cases[] = {
        {"0", 0s},         {"0s", 0s},       {"90s", 90s},
        {"15m", 15min},    {"2h", 2h},       {"1d", 24h},
        {"250ms", 250ms},  {"1h30m", 90min}, {"1d2h3m4s5ms", 24h + 2h + 3min + 4s + 5ms},
        {"1s1ms", 1001ms}, {"007m", 7min},   {"9223372036s", 9'223'372'036s},
    };
    for (const auto& [text, expected] : cases) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(parse_duration(text) == expected);
    }
}

TEST_CASE("what is not a duration is none")
{
    for (const auto* text : {"",
                             " ",
                             "s",
                             "90",
                             "00",
                             "-1s",
                             "+1s",
                             "1.5h",
                             "1 h",
                             "1h 30m",
                             "90S",
                             "1w",
                             "1y",
                             "30m1h",
                             "1m1m",
                             "1ms1s",
                             "1h30",
                             "h1",
                             "1hm",
                             "0x10s",
                             "1s ",
                             " 1s",
                             "10000000000s",
                             "9223372037s",
                             "106752d",
                             "99999999999999999999s",
                             "106751d24h",
                             "18446744073709551617ms"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
    CHECK_FALSE(parse_duration(std::string_view("1s\0", 3)).has_value());
}

TEST_CASE("a formatted duration has its largest units first")
{
    const std::pair<Duration, const char*> cases[] = {
        {0s, "0s"},       {90s, "1m30s"},      {90min, "1h30m"}, {24h, "1d"},
        {250ms, "250ms"}, {1500ms, "1s500ms"}, {25h, "1d1h"},    {-90s, "-1m30s"},
    };
    for (const auto& [duration, expected] : cases)
        CHECK(format_duration(duration) == expected);
    CHECK(format_duration(Duration::min()) == "-106751991167d7h12m55s808ms");
}

TEST_CASE("a formatted duration is read back as the same value")
{
    std::uint64_t state = 1;
    for (int i = 0; i < 2000; ++i) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        const Duration duration(static_cast<std::int64_t>((state >> 11) % 9'223'372'036'854U) >> (i % 40));
        CAPTURE(duration.count());
        CHECK(parse_duration(format_duration(duration)) == duration);
    }
}

TEST_CASE("people get the two largest units, rounded down")
{
    const std::pair<Duration, const char*> cases[] = {
        {0s, "0 s"},
        {350ms, "350 ms"},
        {999ms, "999 ms"},
        {1s, "1 s"},
        {41s, "41 s"},
        {41s + 999ms, "41 s"},
        {60s, "1 m"},
        {90s, "1 m 30 s"},
        {1h, "1 h"},
        {1h + 59s, "1 h"},
        {3h + 12min + 59s, "3 h 12 m"},
        {53h, "2 d 5 h"},
        {48h + 59min, "2 d"},
        {-90s, "-1 m 30 s"},
    };
    for (const auto& [duration, expected] : cases)
        CHECK(describe_duration(duration) == expected);
    CHECK(describe_duration(Duration::min()) == "-106751991167 d 7 h");
}
