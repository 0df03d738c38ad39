#include "core/time_text.hpp"

#include "core/zone.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

/// A TZif file with one offset and a rule for all times.
Zone zone_of(const std::string& rule, std::int32_t standard_offset)
{
    const std::string counts("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4", 24);
    const std::string head = "TZif2" + std::string(15, '\0') + counts;
    std::string block = head;
    for (int shift = 24; shift >= 0; shift -= 8)
        block += static_cast<char>(static_cast<std::uint32_t>(standard_offset) >> shift);
    block += std::string("\0\0STD\0", 6);
    return Zone::from_tzif(block + block + "\n" + rule + "\n");
}

Zone berlin()
{
    return zone_of("CET-1CEST,M3.5.0,M10.5.0/3", 3600);
}

Time utc(int y, unsigned m, unsigned d, Duration time_of_day = {})
{
    return sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d)) + time_of_day;
}

} // namespace

TEST_CASE("a time with an offset is the same in every zone")
{
    const std::pair<const char*, Time> cases[] = {
        {"2026-07-01T12:00:00Z", utc(2026, 7, 1, 12h)},
        {"2026-07-01t12:00:00z", utc(2026, 7, 1, 12h)},
        {"2026-07-01 12:00:00Z", utc(2026, 7, 1, 12h)},
        {"2026-07-01T12:00:00.25Z", utc(2026, 7, 1, 12h + 250ms)},
        {"2026-07-01T12:00:00.123999Z", utc(2026, 7, 1, 12h + 123ms)},
        {"2026-07-01T12:00:00+02:00", utc(2026, 7, 1, 10h)},
        {"2026-07-01T12:00:00-03:30", utc(2026, 7, 1, 15h + 30min)},
        {"2016-12-31T23:59:60Z", utc(2017, 1, 1)},
        {"1970-01-01T00:00:00Z", Time()},
        {"9999-12-31T23:59:59.999Z", utc(9999, 12, 31, 24h - 1ms)},
        {"2024-02-29T00:00:00Z", utc(2024, 2, 29)},
    };
    for (const auto& [text, expected] : cases) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(parse_time(text, Time(), Zone::utc()) == expected);
        CHECK(parse_time(text, Time(), berlin()) == expected);
    }
}

TEST_CASE("a time without an offset is local")
{
    const auto zone = berlin();
    const std::pair<const char*, Time> cases[] = {
        {"2026-01-01 12:00", utc(2026, 1, 1, 11h)},          {"2026-07-01 12:00", utc(2026, 7, 1, 10h)},
        {"2026-07-01 12:00:30", utc(2026, 7, 1, 10h + 30s)}, {"2026-07-01T12:00", utc(2026, 7, 1, 10h)},
        {"2026-03-29 02:30", utc(2026, 3, 29, 1h)}, // in the gap: the transition
        {"2026-10-25 02:30", utc(2026, 10, 25, 30min)}, // repeated: the first
    };
    for (const auto& [text, expected] : cases) {
        const auto& the_text = text; // clang 14 cannot capture text itself
        CAPTURE(the_text);
        CHECK(parse_time(text, Time(), zone) == expected);
    }
}

TEST_CASE("a time of day is the next one ahead")
{
    const auto zone = berlin();
    const auto now = utc(2026, 7, 1, 10h); // 12:00
    CHECK(parse_time("12:01", now, zone) == utc(2026, 7, 1, 10h + 1min));
    CHECK(parse_time("12:00", now, zone) == utc(2026, 7, 2, 10h));
    CHECK(parse_time("11:59", now, zone) == utc(2026, 7, 2, 9h + 59min));
    CHECK(parse_time("00:00", now, zone) == utc(2026, 7, 1, 22h));
    // 02:45 the first time: 02:30 comes once more.
    CHECK(parse_time("02:30", utc(2026, 10, 25, 45min), zone) == utc(2026, 10, 25, 1h + 30min));
}

TEST_CASE("now, and a duration from now")
{
    const auto now = utc(2026, 7, 1, 1ms);
    CHECK(parse_time("now", now, Zone::utc()) == now);
    CHECK(parse_time("+1h30m", now, Zone::utc()) == now + 90min);
    CHECK(parse_time("+0", now, Zone::utc()) == now);
    CHECK_FALSE(parse_time("+", now, Zone::utc()).has_value());
    CHECK_FALSE(parse_time("+9223372036s", utc(9990, 1, 1), Zone::utc()).has_value());
}

TEST_CASE("what is not a time is none")
{
    for (const auto* text : {"",
                             " ",
                             "Now",
                             "tomorrow",
                             "24:00",
                             "12:60",
                             "1:00",
                             "12:5",
                             "12-00",
                             "2026-13-01 00:00",
                             "2026-00-01 00:00",
                             "2026-02-29 00:00",
                             "2026-04-31 00:00",
                             "2026-1-1 00:00",
                             "2026-01-01",
                             "2026-01-01 ",
                             "2026-01-01 24:00",
                             "2026-01-01 00:00:61",
                             "2026-01-01T00:00Z",
                             "2026-01-01T00:00:00.Z",
                             "2026-01-01T00:00:00.5",
                             "2026-01-01T00:00:00+2:00",
                             "2026-01-01T00:00:00+24:00",
                             "2026-01-01T00:00:00 Z",
                             "2026-01-01T00:00:00Zx",
                             "1969-12-31T23:59:59Z",
                             "1970-01-01T00:00:00+00:01",
                             "9999-12-31T23:59:59-00:01",
                             "10000-01-01T00:00:00Z",
                             "-001-01-01T00:00:00Z",
                             "0000-01-01 00:00",
                             "0001-01-01 00:00"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_time(text, utc(2026, 1, 1), Zone::utc()).has_value());
    }
}

TEST_CASE("RFC 3339 has the offset, and milliseconds only where there are some")
{
    CHECK(format_rfc3339(utc(2026, 7, 1, 12h), Zone::utc()) == "2026-07-01T12:00:00Z");
    CHECK(format_rfc3339(utc(2026, 7, 1, 12h + 5ms), Zone::utc()) == "2026-07-01T12:00:00.005Z");
    CHECK(format_rfc3339(utc(2026, 7, 1, 12h), berlin()) == "2026-07-01T14:00:00+02:00");
    CHECK(format_rfc3339(utc(2026, 1, 1, 23h + 30min), berlin()) == "2026-01-02T00:30:00+01:00");
    CHECK(format_rfc3339(utc(2026, 1, 1), zone_of("XST3:30", -12600)) == "2025-12-31T20:30:00-03:30");
    CHECK(format_rfc3339(utc(2026, 1, 1), zone_of("GMT0", 0)) == "2026-01-01T00:00:00+00:00");
    CHECK(format_rfc3339(Time(-1ms), Zone::utc()) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("an offset with seconds is cut to minutes and the instant kept")
{
    const auto zone = zone_of("XMT0:44:30", -2670);
    const auto text = format_rfc3339(utc(2026, 1, 1), zone);
    CHECK(text == "2025-12-31T23:16:00-00:44");
    CHECK(parse_time(text, Time(), Zone::utc()) == utc(2026, 1, 1));
}

TEST_CASE("local text is read back in the same zone")
{
    const auto time = utc(2026, 7, 1, 10h + 5s);
    CHECK(format_local(time, berlin()) == "2026-07-01 12:00:05");
    CHECK(parse_time(format_local(time, berlin()), Time(), berlin()) == time);
}

TEST_CASE("times that only a damaged row holds are written as the nearest with four digits")
{
    CHECK(format_rfc3339(Time::max(), Zone::utc()) == "9999-12-31T23:59:59.999Z");
    CHECK(format_rfc3339(Time::min(), Zone::utc()) == "0000-01-01T00:00:00Z");
    CHECK(format_local(Time::max(), Zone::utc()) == "9999-12-31 23:59:59");
    CHECK(format_local(Time::max(), zone_of("XST-3", 10800)) == "9999-12-31 23:59:59");
    CHECK(format_local(Time::min(), Zone::utc()) == "0000-01-01 00:00:00");
}
