#include "core/next_time.hpp"

#include "core/cron.hpp"
#include "core/time_text.hpp"
#include "zone_files.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

struct Case {
    const char* expression;
    const char* zone;
    const char* from; ///< exclusive
    std::vector<std::string> times;
};

std::string join(const std::vector<std::string>& times)
{
    std::string text;
    for (const std::string& time : times)
        text += (text.empty() ? "" : ", ") + time;
    return text;
}

void check_all(const std::vector<Case>& cases)
{
    for (const Case& c : cases) {
        CAPTURE(std::string(c.expression));
        CAPTURE(std::string(c.zone));
        const Recurrence recurrence = parse_cron(c.expression, "");
        Time after = at(c.from);
        std::vector<std::string> found;
        while (found.size() < c.times.size()) {
            const auto due = next_due(recurrence, *zone(c.zone), after);
            if (!due)
                break;
            found.push_back(format_rfc3339(due->at, *zone(c.zone)));
            after = due->at;
        }
        CHECK(join(found) == join(c.times));
    }
}

} // namespace

TEST_CASE("the examples of crontab(5) are due when it says")
{
    check_all({
        // run five minutes after midnight, every day
        {"5 0 * * *",
         "UTC",
         "2026-02-27T12:00:00Z",
         {"2026-02-28T00:05:00Z", "2026-03-01T00:05:00Z", "2026-03-02T00:05:00Z"}},
        // run at 2:15pm on the first of every month
        {"15 14 1 * *", "UTC", "2026-11-01T14:15:00Z", {"2026-12-01T14:15:00Z", "2027-01-01T14:15:00Z"}},
        // run at 10 pm on weekdays: 2026-11-20 is a Friday
        {"0 22 * * 1-5", "UTC", "2026-11-20T00:00:00Z", {"2026-11-20T22:00:00Z", "2026-11-23T22:00:00Z"}},
        // run 23 minutes after midnight, 2am, 4am ..., every day
        {"23 0-23/2 * * *",
         "UTC",
         "2026-11-20T21:00:00Z",
         {"2026-11-20T22:23:00Z", "2026-11-21T00:23:00Z", "2026-11-21T02:23:00Z"}},
        // run at 5 after 4 every sunday
        {"5 4 * * sun", "UTC", "2026-11-20T00:00:00Z", {"2026-11-22T04:05:00Z", "2026-11-29T04:05:00Z"}},
        // 4:30 am on the 1st and 15th of each month, plus every Friday
        {"30 4 1,15 * 5",
         "UTC",
         "2026-11-20T04:30:00Z",
         {"2026-11-27T04:30:00Z", "2026-12-01T04:30:00Z", "2026-12-04T04:30:00Z", "2026-12-11T04:30:00Z",
          "2026-12-15T04:30:00Z"}},
    });
}

TEST_CASE("with a star in a day field both day fields must match")
{
    check_all({
        // Odd days that are Fridays: cron's well-known surprise.
        {"0 0 */2 * 5", "UTC", "2026-11-01T00:00:00Z", {"2026-11-13T00:00:00Z", "2026-11-27T00:00:00Z"}},
        // The first Friday (or Sunday) of a month, by a star that is none.
        {"0 0 1-7 * */5",
         "UTC",
         "2026-11-01T00:00:00Z",
         {"2026-11-06T00:00:00Z", "2026-12-04T00:00:00Z", "2026-12-06T00:00:00Z"}},
        // A list that begins with a star is one, whatever follows.
        {"0 0 13 * *,5", "UTC", "2026-11-01T00:00:00Z", {"2026-11-13T00:00:00Z", "2026-12-13T00:00:00Z"}},
        // A full range is not a star: every day, as either may match.
        {"0 0 13 * 0-7", "UTC", "2026-11-01T00:00:00Z", {"2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"}},
        {"0 0 30 2 1", "UTC", "2026-01-01T00:00:00Z", {"2026-02-02T00:00:00Z", "2026-02-09T00:00:00Z"}},
    });
}

TEST_CASE("rare dates are found")
{
    check_all({
        {"0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
        {"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", {"2104-02-29T00:00:00Z"}},
        // 29 February on a Sunday; */7 is Sunday alone.
        {"0 12 29 2 */7", "UTC", "2026-01-01T00:00:00Z", {"2032-02-29T12:00:00Z", "2060-02-29T12:00:00Z"}},
        {"59 23 31 12 *", "UTC", "2026-12-31T23:59:00Z", {"2027-12-31T23:59:00Z"}},
        {"* * 29 2 */7",
         "Europe/Berlin",
         "2032-03-01T00:00:00Z",
         {"2060-02-29T00:00:00+01:00", "2060-02-29T00:01:00+01:00"}},
    });
    CHECK_FALSE(next_due(parse_cron("0 0 1 1 *", ""), Zone::utc(), at("9999-12-31T00:00:00Z")));
    CHECK_FALSE(next_due(AtReboot{}, Zone::utc(), at("2026-01-01T00:00:00Z")));
}

TEST_CASE("a fixed time in a gap is due right after it, once")
{
    check_all({
        {"30 2 * * *",
         "Europe/Berlin",
         "2026-03-28T00:00:00Z",
         {"2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
        {"0,30 2,3 * * *",
         "Europe/Berlin",
         "2026-03-28T12:00:00Z",
         {"2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:00:00+02:00"}},
        {"0 2 * * *",
         "America/New_York",
         "2026-03-07T12:00:00Z",
         {"2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"}},
        // Half an hour: 02:00 to 02:30.
        {"15 2 * * *",
         "Australia/Lord_Howe",
         "2026-10-03T00:00:00Z",
         {"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
        // Midnight itself is missing.
        {"0 0 * * *",
         "America/Sao_Paulo",
         "2018-11-03T12:00:00Z",
         {"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}},
        // Winter is the daylight saving of Ireland, and it is negative.
        {"30 1 * * *",
         "Europe/Dublin",
         "2026-03-28T12:00:00Z",
         {"2026-03-29T02:00:00+01:00", "2026-03-30T01:30:00+01:00"}},
        // After Ramadan.
        {"30 2 * * *",
         "Africa/Casablanca",
         "2026-03-21T12:00:00Z",
         {"2026-03-22T03:00:00+01:00", "2026-03-23T02:30:00+01:00"}},
        // Two hours at once: 01:00 to 03:00.
        {"30 2 * * *",
         "Antarctica/Troll",
         "2026-03-28T12:00:00Z",
         {"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
        // The last hour of Saturday.
        {"30 23 28 3 *", "America/Nuuk", "2026-03-01T00:00:00Z", {"2026-03-29T00:00:00-01:00"}},
        // 31 December 1994 did not happen there, nor 30 December 2011.
        {"0 12 31 12 *",
         "Pacific/Kiritimati",
         "1994-01-01T00:00:00Z",
         {"1995-01-01T00:00:00+14:00", "1995-12-31T12:00:00+14:00"}},
        {"0 12 * * *",
         "Pacific/Apia",
         "2011-12-29T00:00:00Z",
         {"2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"}},
    });
}

TEST_CASE("a fixed time in a repeated hour is due the first time")
{
    check_all({
        {"30 2 * * *",
         "Europe/Berlin",
         "2026-10-24T12:00:00Z",
         {"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
        {"0 3 * * *",
         "Europe/Berlin",
         "2026-10-24T12:00:00Z",
         {"2026-10-25T03:00:00+01:00", "2026-10-26T03:00:00+01:00"}},
        {"0 1-2 * * *",
         "America/New_York",
         "2026-10-31T12:00:00Z",
         {"2026-11-01T01:00:00-04:00", "2026-11-01T02:00:00-05:00", "2026-11-02T01:00:00-05:00"}},
        {"45 1 * * *",
         "Australia/Lord_Howe",
         "2026-04-04T00:00:00Z",
         {"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}},
        // The hour before midnight comes twice, and midnight once.
        {"0,30 0,23 * * *",
         "America/Sao_Paulo",
         "2018-02-17T12:00:00Z",
         {"2018-02-17T23:00:00-02:00", "2018-02-17T23:30:00-02:00", "2018-02-18T00:00:00-03:00"}},
        {"30 1 * * *",
         "Europe/Dublin",
         "2026-10-24T12:00:00Z",
         {"2026-10-25T01:30:00+01:00", "2026-10-26T01:30:00+00:00"}},
        {"30 1,2 * * *",
         "Antarctica/Troll",
         "2026-10-24T12:00:00Z",
         {"2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T01:30:00+00:00"}},
    });
}

TEST_CASE("asked from within the second pass, a fixed time of the repeated hour is over")
{
    check_all({{"30 2 * * *", "Europe/Berlin", "2026-10-25T02:10:00+01:00", {"2026-10-26T02:30:00+01:00"}}});
}

TEST_CASE("a star in hour or minute follows elapsed time")
{
    check_all({
        {"30 * * * *",
         "Europe/Berlin",
         "2026-03-29T00:00:00Z",
         {"2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"}},
        {"30 * * * *",
         "Europe/Berlin",
         "2026-10-24T23:00:00Z",
         {"2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00",
          "2026-10-25T03:30:00+01:00"}},
        {"*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", {"2026-03-30T02:00:00+02:00"}},
        {"*/30 2 * * *",
         "Europe/Berlin",
         "2026-10-24T12:00:00Z",
         {"2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00",
          "2026-10-25T02:30:00+01:00", "2026-10-26T02:00:00+01:00"}},
        {"*/20 * * * *",
         "Australia/Lord_Howe",
         "2026-04-04T14:35:00Z",
         {"2026-04-05T01:40:00+11:00", "2026-04-05T01:40:00+10:30", "2026-04-05T02:00:00+10:30"}},
    });
}

TEST_CASE("every counts from 1970, whatever the clocks show")
{
    const Every quarter{15min};
    const Zone& berlin = *zone("Europe/Berlin");
    Time time = at("2026-10-25T00:44:59Z");
    for (const char* expected : {"2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:15:00Z"}) {
        time = next_due(quarter, berlin, time)->at;
        CHECK(time == at(expected));
    }
    CHECK(next_due(Every{24h * 7}, berlin, at("2026-11-24T12:00:00Z"))->at == at("2026-11-26T00:00:00Z"));
    CHECK(next_due(quarter, berlin, Time(-1ms))->at == Time(0ms));
    CHECK_FALSE(next_due(Every{}, berlin, Time{}));
    CHECK_FALSE(next_due(quarter, berlin, Time::max()));
}

TEST_CASE("local mean time with its seconds gives whole local minutes")
{
    // Berlin was 53 min 28 s ahead until 1893.
    const auto due = next_due(parse_cron("0 12 * * *", ""), *zone("Europe/Berlin"),
                              Time(std::chrono::sys_days(std::chrono::year(1890) / 1 / 1)));
    REQUIRE(due);
    CHECK(due->at == Time(std::chrono::sys_days(std::chrono::year(1890) / 1 / 1) + 11h + 6min + 32s));
}

TEST_CASE("a note tells what daylight saving did")
{
    const Zone& berlin = *zone("Europe/Berlin");
    const auto note = [&](const char* expression, const char* from) {
        return next_due(parse_cron(expression, ""), berlin, at(from))->note;
    };
    CHECK(note("30 2 * * *", "2026-03-28T00:00:00Z") == "");
    CHECK(note("30 2 * * *", "2026-03-28T12:00:00Z") ==
          "2026-03-29 02:30 does not exist, the clocks go from 02:00 to 2026-03-29 03:00: due right then");
    CHECK(note("0,30 2 * * *", "2026-03-28T12:00:00Z") ==
          "2026-03-29 02:00 and others do not exist, the clocks go from 02:00 to 2026-03-29 03:00: due once, right "
          "then");
    CHECK(note("30 2 * * *", "2026-10-24T12:00:00Z") == "02:30 comes twice on 2026-10-25: due the first time");
    CHECK(note("30 * * * *", "2026-10-25T00:10:00Z") == "");
    CHECK(note("30 * * * *", "2026-10-25T01:10:00Z") == "02:30 comes twice on 2026-10-25: this is the second time");
}

TEST_CASE("what daylight saving drops is told")
{
    const Zone& berlin = *zone("Europe/Berlin");
    const auto dropped = [&](const char* expression, const char* after, const char* until) {
        std::vector<std::string> times;
        for (const DroppedTime& time : dropped_times(parse_cron(expression, ""), berlin, at(after), at(until)))
            times.push_back(format_rfc3339(time.at, berlin));
        return times;
    };
    using Times = std::vector<std::string>;
    const char* spring = "2026-03-28T12:00:00Z";
    const char* after_spring = "2026-03-30T12:00:00Z";
    CHECK(dropped("30 2 * * *", spring, after_spring) == Times{});
    CHECK(dropped("0,30 2 * * *", spring, after_spring) == Times{"2026-03-29T03:30:00+02:00"});
    // 03:30 is a due time itself, so the 02:30 that would have been then has no row of its own.
    CHECK(dropped("0,30 2,3 * * *", spring, after_spring) == Times{});
    CHECK(dropped("*/30 2 * * *", spring, after_spring) == Times{});
    const char* autumn = "2026-10-24T12:00:00Z";
    CHECK(dropped("0,30 2 * * *", autumn, "2026-10-26T12:00:00Z") ==
          Times{"2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00"});
    CHECK(dropped("0,30 2 * * *", autumn, "2026-10-25T02:00:00+01:00") == Times{"2026-10-25T02:00:00+01:00"});
    CHECK(dropped("0,30 2 * * *", "2026-10-25T02:00:00+01:00", "2026-10-26T12:00:00Z") ==
          Times{"2026-10-25T02:30:00+01:00"});
}
