#include "core/zone.hpp"

#include "core/posix_rule.hpp"
#include "core/time_text.hpp"
#include "zone_files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <stdexcept>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

std::string big_endian(std::int64_t value, int bytes)
{
    std::string text;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        text += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
    return text;
}

struct Made {
    char version = '2';
    std::vector<std::int64_t> times = {};
    std::vector<int> types = {};
    std::vector<std::int32_t> offsets{0};
    int leaps = 0;
    std::string footer = {};
};

std::string block(const Made& made, int time_size)
{
    std::string text = std::string("TZif") + made.version + std::string(15, '\0') + big_endian(0, 4) +
                       big_endian(0, 4) + big_endian(made.leaps, 4) +
                       big_endian(static_cast<std::int64_t>(made.times.size()), 4) +
                       big_endian(static_cast<std::int64_t>(made.offsets.size()), 4) + big_endian(4, 4);
    for (const std::int64_t time : made.times)
        text += big_endian(time, time_size);
    for (const int type : made.types)
        text += static_cast<char>(type);
    for (const std::int32_t offset : made.offsets)
        text += big_endian(offset, 4) + std::string(2, '\0');
    return text + std::string("ABC\0", 4) + std::string(static_cast<std::size_t>(made.leaps * (time_size + 4)), '\0');
}

std::string file(const Made& made)
{
    if (made.version == '\0')
        return block(made, 4);
    return block(made, 4) + block(made, 8) + "\n" + made.footer + "\n";
}

Zone with_rule(const std::string& rule)
{
    return Zone::from_tzif(file({.footer = rule}));
}

std::string offset_and_name(const Zone& zone, const char* time)
{
    return std::to_string(zone.offset_at(at(time)).count()) + " " + zone.abbreviation_at(at(time));
}

std::string next(const Zone& zone, const char* time)
{
    const auto transition = zone.next_transition(at(time));
    return transition ? format_rfc3339(transition->at, Zone::utc()) : "never";
}

LocalTime local(int year, unsigned month, unsigned day, Duration time)
{
    return std::chrono::local_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) + time;
}

std::string instants_text(const Zone& zone, LocalTime time)
{
    const Zone::Instants instants = zone.instants_of(time);
    const char* const kinds[] = {"unique ", "gap ", "repeated "};
    std::string text = kinds[instants.kind] + format_rfc3339(instants.first, zone);
    if (instants.second != instants.first)
        text += " " + format_rfc3339(instants.second, zone);
    return text;
}

} // namespace

TEST_CASE("zone files give offset, abbreviation and transitions")
{
    const Zone& berlin = *zone("Europe/Berlin");
    CHECK(offset_and_name(berlin, "2026-03-29T00:59:59Z") == "3600 CET");
    CHECK(offset_and_name(berlin, "2026-03-29T01:00:00Z") == "7200 CEST");
    CHECK(offset_and_name(berlin, "1980-01-01T00:00:00Z") == "3600 CET");
    // Far beyond the file's own table, and beyond the 400 years after it.
    CHECK(offset_and_name(berlin, "2826-07-01T00:00:00Z") == "7200 CEST");
    CHECK(offset_and_name(berlin, "9999-07-01T00:00:00Z") == "7200 CEST");
    CHECK(offset_and_name(berlin, "9999-12-31T00:00:00Z") == "3600 CET");
    CHECK(next(berlin, "2026-01-01T00:00:00Z") == "2026-03-29T01:00:00Z");
    CHECK(next(berlin, "2026-03-29T00:59:59.999Z") == "2026-03-29T01:00:00Z");
    CHECK(next(berlin, "2026-03-29T01:00:00Z") == "2026-10-25T01:00:00Z");
    CHECK(next(berlin, "9998-12-01T00:00:00Z") == "9999-03-28T01:00:00Z");
    CHECK(next(*zone("Asia/Tokyo"), "2026-01-01T00:00:00Z") == "never");
    CHECK(next(Zone::utc(), "2026-01-01T00:00:00Z") == "never");
    CHECK(offset_and_name(*zone("Europe/Dublin"), "2026-07-01T00:00:00Z") == "3600 IST");
    CHECK(offset_and_name(*zone("Europe/Dublin"), "2026-12-01T00:00:00Z") == "0 GMT");
    CHECK(offset_and_name(*zone("Australia/Lord_Howe"), "2126-07-01T00:00:00Z") == "37800 +1030");
    CHECK(offset_and_name(*zone("America/Nuuk"), "2126-07-01T00:00:00Z") == "-3600 -01");
}

TEST_CASE("a change of the abbreviation alone is no transition")
{
    // Moscow became +03 for good in 2014, Lisbon went from WEST to CET in 1992 at the same offset.
    const Zone& lisbon = *zone("Europe/Lisbon");
    CHECK(lisbon.abbreviation_at(at("1992-09-27T00:59:00Z")) == "WEST");
    CHECK(lisbon.abbreviation_at(at("1992-09-27T01:00:00Z")) == "CET");
    CHECK(next(lisbon, "1992-09-01T00:00:00Z") == "1993-03-28T01:00:00Z");
}

TEST_CASE("local times are placed in gaps and repeated hours")
{
    const Zone& berlin = *zone("Europe/Berlin");
    CHECK(instants_text(berlin, local(2026, 3, 29, 1h + 59min)) == "unique 2026-03-29T01:59:00+01:00");
    CHECK(instants_text(berlin, local(2026, 3, 29, 2h)) == "gap 2026-03-29T03:00:00+02:00");
    CHECK(instants_text(berlin, local(2026, 3, 29, 2h + 59min)) == "gap 2026-03-29T03:00:00+02:00");
    CHECK(instants_text(berlin, local(2026, 3, 29, 3h)) == "unique 2026-03-29T03:00:00+02:00");
    CHECK(instants_text(berlin, local(2026, 10, 25, 1h + 59min)) == "unique 2026-10-25T01:59:00+02:00");
    CHECK(instants_text(berlin, local(2026, 10, 25, 2h)) ==
          "repeated 2026-10-25T02:00:00+02:00 2026-10-25T02:00:00+01:00");
    CHECK(instants_text(berlin, local(2026, 10, 25, 3h)) == "unique 2026-10-25T03:00:00+01:00");
    CHECK(instants_text(berlin, local(3026, 7, 1, 3h)) == "unique 3026-07-01T03:00:00+02:00");
    CHECK(instants_text(*zone("Pacific/Apia"), local(2011, 12, 30, 12h)) == "gap 2011-12-31T00:00:00+14:00");
    CHECK(instants_text(*zone("Pacific/Kiritimati"), local(1994, 12, 31, 23h)) == "gap 1995-01-01T00:00:00+14:00");
    CHECK(instants_text(*zone("Australia/Lord_Howe"), local(2026, 4, 5, 1h + 45min)) ==
          "repeated 2026-04-05T01:45:00+11:00 2026-04-05T01:45:00+10:30");
    CHECK(instants_text(Zone::utc(), local(2026, 4, 5, 1h)) == "unique 2026-04-05T01:00:00Z");
}

TEST_CASE("the furthest local time stays while the clocks repeat an hour")
{
    const Zone& berlin = *zone("Europe/Berlin");
    CHECK(berlin.furthest_local(at("2026-10-25T00:30:00Z")) == local(2026, 10, 25, 2h + 30min));
    CHECK(berlin.furthest_local(at("2026-10-25T01:30:00Z")) == local(2026, 10, 25, 3h) - 1ms);
    CHECK(berlin.furthest_local(at("2026-10-25T02:00:00Z")) == local(2026, 10, 25, 3h));
}

TEST_CASE("every local time of every zone is shown at the instants where it is placed")
{
    std::mt19937_64 random(3);
    for (const char* name : {"Europe/Berlin", "America/Juneau", "Asia/Manila", "Africa/Monrovia", "Asia/Gaza",
                             "Pacific/Apia", "America/Argentina/San_Luis", "Europe/Lisbon"}) {
        const Zone& in = *zone(name);
        CAPTURE(std::string(name));
        Time previous{Duration::min()};
        std::vector<std::int64_t> minutes(2000);
        for (std::int64_t& minute : minutes)
            minute = std::uniform_int_distribution<std::int64_t>(-66'000'000, 60'000'000)(random);
        // And densely around the transitions.
        auto transition = in.next_transition(Time(-std::chrono::hours(24 * 365 * 130)));
        for (int i = 0; transition && i < 150; ++i, transition = in.next_transition(transition->at))
            for (int offset = -1500; offset <= 1500; offset += 15)
                minutes.push_back(
                    std::chrono::floor<std::chrono::minutes>(transition->at.time_since_epoch()).count() + offset);
        std::sort(minutes.begin(), minutes.end());
        for (const std::int64_t minute : minutes) {
            const LocalTime wanted{std::chrono::minutes(minute)};
            const Zone::Instants instants = in.instants_of(wanted);
            REQUIRE(instants.first >= previous);
            previous = instants.first;
            if (instants.kind == Zone::Instants::gap) {
                REQUIRE(in.to_local(instants.first) > wanted);
                REQUIRE(in.to_local(instants.first - 1ms) < wanted);
            } else {
                REQUIRE(in.to_local(instants.first) == wanted);
                REQUIRE(in.to_local(instants.second) == wanted);
                REQUIRE((instants.kind == Zone::Instants::repeated) == (instants.first < instants.second));
            }
            REQUIRE(in.furthest_local(instants.first) >= wanted);
            REQUIRE(in.furthest_local(instants.first - 1ms) < wanted);
        }
    }
}

TEST_CASE("rules of the footer are understood")
{
    // RFC 8536 section 3.3.1: daylight time all year, in hours that no clock shows.
    const Zone always = with_rule("EST5EDT,0/0,J365/25");
    CHECK(offset_and_name(always, "2026-01-01T04:59:59Z") == "-14400 EDT");
    CHECK(offset_and_name(always, "2026-07-01T00:00:00Z") == "-14400 EDT");
    CHECK(next(always, "2026-01-01T00:00:00Z") == "never");
    // Godthab: the transition is at -1 hours of a Sunday, that is on Saturday.
    const Zone nuuk = with_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
    CHECK(next(nuuk, "2026-01-01T00:00:00Z") == "2026-03-29T01:00:00Z");
    CHECK(offset_and_name(nuuk, "2026-07-01T00:00:00Z") == "-3600 -01");
    const Zone dublin = with_rule("IST-1GMT0,M10.5.0,M3.5.0/1");
    CHECK(offset_and_name(dublin, "2026-07-01T00:00:00Z") == "3600 IST");
    CHECK(offset_and_name(dublin, "2026-12-01T00:00:00Z") == "0 GMT");
    // Jerusalem's hours beyond 24: Friday before the last Sunday.
    const Zone israel = with_rule("IST-2IDT,M3.4.4/26,M10.5.0");
    CHECK(next(israel, "2026-01-01T00:00:00Z") == "2026-03-27T00:00:00Z");
    // Jn leaves 29 February out, n counts it.
    const Zone julian = with_rule("AAA0BBB,J60/0,J300/0");
    CHECK(next(julian, "2028-01-01T00:00:00Z") == "2028-03-01T00:00:00Z");
    const Zone counted = with_rule("AAA0BBB,59/0,300/0");
    CHECK(next(counted, "2028-01-01T00:00:00Z") == "2028-02-29T00:00:00Z");
    CHECK(next(counted, "2027-01-01T00:00:00Z") == "2027-03-01T00:00:00Z");
    const Zone fixed = with_rule("<+0545>-5:45");
    CHECK(offset_and_name(fixed, "2026-07-01T00:00:00Z") == "20700 +0545");
}

TEST_CASE("bad rules of the footer are refused")
{
    for (const char* rule : {"A",
                             "AB1",
                             "ABC",
                             "ABC25",
                             "ABC1x",
                             "ABC1DEF",
                             "ABC1DEF,",
                             "ABC1DEF,M3.2.0",
                             "<ABC1",
                             "ABC1DEF,M13.2.0,M11.1.0",
                             "ABC1DEF,M3.6.0,M11.1.0",
                             "ABC1DEF,M3.2.7,M11.1.0",
                             "ABC1DEF,M3.2,M11.1.0",
                             "ABC1DEF,J0,J365",
                             "ABC1DEF,J1,366",
                             "ABC1DEF,J1/168,J2",
                             "ABC1DEF,J1,J2x",
                             "ABC1:60",
                             "ABC1:",
                             ":UTC",
                             "99999999999999999999"}) {
        CAPTURE(std::string(rule));
        CHECK_THROWS_AS((void)parse_posix_rule(rule), std::invalid_argument);
    }
}

TEST_CASE("files of version 1, and with nothing but one offset, are read")
{
    const Zone old = Zone::from_tzif(
        file({.version = '\0', .times = {-1000, 1000}, .types = {1, 0}, .offsets = {3600, 7200}, .footer = {}}));
    CHECK(old.offset_at(Time(-1001s)) == 3600s);
    CHECK(old.offset_at(Time(-1000s)) == 7200s);
    CHECK(old.offset_at(Time(1000s)) == 3600s);
    CHECK(Zone::from_tzif(file({.version = '4', .offsets = {-1800}})).offset_at(Time{}) == -1800s);
}

TEST_CASE("the ends of time neither overflow nor throw")
{
    const std::int64_t big_bang = -(std::int64_t{1} << 59);
    const Zone odd = Zone::from_tzif(file(
        {.times = {std::numeric_limits<std::int64_t>::min(), big_bang, 0, std::numeric_limits<std::int64_t>::max()},
         .types = {0, 1, 0, 1},
         .offsets = {93'600, -90'000},
         .footer = "ABC0DEF,M3.5.0,M10.5.0"}));
    const Zone* const zones[] = {&odd, zone("Europe/Berlin").get(), zone("UTC").get()};
    for (const Zone* in : zones)
        for (const Time time : {Time::min(), Time::max(), Time(-1ms), Time{}}) {
            (void)in->offset_at(time);
            (void)in->to_local(time);
            (void)in->furthest_local(time);
            (void)in->next_transition(time);
            (void)in->instants_of(LocalTime(time.time_since_epoch()));
        }
    CHECK(odd.offset_at(Time(-1s)) == -90'000s);
}

TEST_CASE("bad zone files are refused")
{
    const std::string good = zone_file("Europe/Berlin");
    const auto refused = [](const std::string& contents) {
        CHECK_THROWS_AS((void)Zone::from_tzif(contents), std::invalid_argument);
    };
    refused("");
    refused("TZif");
    refused("TZiG" + good.substr(4));
    refused(file({.version = '1'}));
    refused(file({.times = {2, 1}, .types = {0, 0}}));
    refused(file({.times = {1}, .types = {7}}));
    refused(file({.offsets = {94'000}}));
    refused(file({.offsets = {}}));
    refused(file({.leaps = 1}));
    refused(file({.footer = "nonsense"}));
    CHECK_THROWS_WITH((void)Zone::from_tzif(zone_file("right/Europe/Berlin")), doctest::Contains("without right/"));
    for (std::size_t size = 0; size < good.size(); size += 7)
        refused(good.substr(0, size));
}

TEST_CASE("damaged zone files are refused or read, and nothing worse")
{
    std::mt19937_64 random(7);
    for (const char* name : {"Europe/Berlin", "America/Nuuk", "Asia/Tokyo"}) {
        const std::string good = zone_file(name);
        int refused = 0;
        for (int i = 0; i < 600; ++i) {
            std::string bad = good;
            for (int bytes = 0; bytes <= i % 3; ++bytes) {
                // Mostly where the counts and the rule are.
                const std::size_t where = random() % 3 == 0 ? random() % bad.size()
                                          : random() % 2    ? random() % 44
                                                            : bad.size() - 1 - random() % 40;
                bad[where] = static_cast<char>(random());
            }
            try {
                const Zone in = Zone::from_tzif(bad);
                (void)in.instants_of(in.to_local(at("2026-03-29T02:30:00Z")));
                (void)in.next_transition(at("2500-03-29T02:30:00Z"));
            } catch (const std::invalid_argument&) {
                ++refused;
            }
        }
        CHECK(refused > 50);
    }
}
