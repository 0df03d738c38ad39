#include "core/cron.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <random>
#include <stdexcept>

using namespace escher;
using namespace std::chrono_literals;

namespace {

CronFields fields_of(const std::string& text)
{
    return std::get<CronFields>(parse_cron(text, "host/schedule"));
}

std::string refusal(const std::string& text)
{
    try {
        return "accepted: " + normalize(parse_cron(text, ""));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

/// Empty if the refusal of `text` says `why`, else all that it says.
std::string unsaid(const std::string& text, const std::string& why)
{
    const std::string said = refusal(text);
    return said.find(why) == std::string::npos ? said : "";
}

std::uint64_t set_of(const std::vector<int>& values)
{
    std::uint64_t set = 0;
    for (const int value : values)
        set |= std::uint64_t{1} << value;
    return set;
}

} // namespace

TEST_CASE("lists, ranges, steps and names are read as Debian's cron reads them")
{
    CHECK(fields_of("1,5-7,10-20/5 * * * *").minutes == set_of({1, 5, 6, 7, 10, 15, 20}));
    CHECK(fields_of("*/20 * * * *").minutes == set_of({0, 20, 40}));
    CHECK(fields_of("*/90 * * * *").minutes == set_of({0}));
    CHECK(fields_of("007 * * * *").minutes == set_of({7}));
    CHECK(fields_of("* * */10 * *").days == set_of({1, 11, 21, 31}));
    CHECK(fields_of("* * * jan-MAR,Dec *").months == set_of({1, 2, 3, 12}));
    CHECK(fields_of("* * * * mon-fri").weekdays == set_of({1, 2, 3, 4, 5}));
    CHECK(fields_of("* * * * 7").weekdays == set_of({0}));
    CHECK(fields_of("* * * * 5-7").weekdays == set_of({5, 6, 0}));
    CHECK(fields_of("* * * * sat-7").weekdays == set_of({6, 0}));
    CHECK(fields_of("* * * * */7").weekdays == set_of({0}));
    CHECK(fields_of("* * * * */3").weekdays == set_of({0, 3, 6}));
    CHECK(fields_of(" \t1  2\t3 4 5 ") == fields_of("1 2 3 4 5"));
}

TEST_CASE("a field whose first character is * is a star")
{
    const CronFields stars = fields_of("*/2 *,5 * * */7");
    CHECK(stars.minute_star);
    CHECK(stars.hour_star);
    CHECK(stars.day_star);
    CHECK(stars.weekday_star);
    const CronFields none = fields_of("0-59 0-23 1,* * 0-7");
    CHECK_FALSE(none.minute_star);
    CHECK_FALSE(none.hour_star);
    CHECK_FALSE(none.day_star);
    CHECK_FALSE(none.weekday_star);
    CHECK(none.days == fields_of("* * * * *").days);
}

TEST_CASE("nicknames stand for their expressions")
{
    CHECK(fields_of("@yearly") == fields_of("0 0 1 1 *"));
    CHECK(fields_of("@annually") == fields_of("@yearly"));
    CHECK(fields_of("@monthly") == fields_of("0 0 1 * *"));
    CHECK(fields_of("@weekly") == fields_of("0 0 * * 0"));
    CHECK(fields_of("@daily") == fields_of("0 0 * * *"));
    CHECK(fields_of("@midnight") == fields_of("@daily"));
    CHECK(fields_of(" @hourly ") == fields_of("0 * * * *"));
    CHECK(std::holds_alternative<AtReboot>(parse_cron("@reboot", "")));
}

TEST_CASE("~ chooses a value within its range, the same one for the same seed")
{
    const auto chosen = [](const std::string& text, const std::string& seed) {
        return std::get<CronFields>(parse_cron(text, seed));
    };
    std::uint64_t minutes_seen = 0;
    std::uint32_t days_seen = 0;
    std::uint8_t weekdays_seen = 0;
    for (int i = 0; i < 2000; ++i) {
        const std::string seed = "host/" + std::to_string(i);
        const CronFields fields = chosen("~ 9~12 ~ * ~", seed);
        REQUIRE(fields == chosen("~ 9~12 ~ * ~", seed));
        REQUIRE(std::popcount(fields.minutes) == 1);
        REQUIRE((fields.hours & ~set_of({9, 10, 11, 12})) == 0);
        REQUIRE(fields.days != 0);
        REQUIRE_FALSE(fields.minute_star);
        minutes_seen |= fields.minutes;
        days_seen |= fields.days;
        weekdays_seen |= fields.weekdays;
        const CronFields steps = chosen("~/15 20~ ~3 * 6~7", seed);
        REQUIRE(std::popcount(steps.minutes) == 4);
        REQUIRE((steps.hours & ~set_of({20, 21, 22, 23})) == 0);
        REQUIRE((steps.days & ~set_of({1, 2, 3})) == 0);
        REQUIRE((steps.weekdays & ~set_of({6, 0})) == 0);
        REQUIRE(std::popcount(chosen("0~29,30~59 * * * *", seed).minutes) == 2);
    }
    CHECK(minutes_seen == (std::uint64_t{1} << 60) - 1);
    // Every month has the day.
    CHECK(days_seen == 0x1ffffffe);
    CHECK(weekdays_seen == 0x7f);
    // What a seed chooses must never change: this is a running system's schedule.
    CHECK(normalize(parse_cron("~ ~ * * *", "host/x")) == "13 7 * * *");
}

TEST_CASE("what is wrong is refused with field, place and remedy")
{
    const struct {
        const char* text;
        const char* why;
    } cases[] = {
        {"", "it is empty; write minute, hour, day of month, month, day of week"},
        {"* * * *", "it has 4 fields; write five: minute, hour, day of month, month, day of week"},
        {"*", "it has 1 field; write five"},
        {"0 0 12 * * 5", "it has six fields; seconds cannot be given, so leave out the first one"},
        {"0 12 * * 5 2027", "it has six fields; a year cannot be given: leave out '2027'"},
        {"0 0 12 * * 5 2027", "seconds and a year cannot be given: leave out the first and the last one"},
        {"*/5 * * * * root", "it has six fields; a user or a command does not belong here: leave out everything from "
                             "'root'"},
        {"*/5 * * * * root /bin/x", "a user or a command does not belong here"},
        {"0 0 ? * 5", "day of month field '?', character 5: '?' is not known to cron; write '*'"},
        {"0 0 L * *",
         "day of month field 'L', character 5: 'L' (the last) is not known to cron; write the days it can "
         "be, like 28-31"},
        {"0 0 * * 5L", "day of week field '5L', character 9: 'L' (the last)"},
        {"0 0 15W * *", "day of month field '15W', character 5: 'W' (the nearest working day)"},
        {"0 0 LW * *", "'L' (the last) is not known"},
        {"0 0 * * 5#3", "day of week field '5#3', character 10: '#' (the n-th weekday of the month)"},
        {"H * * * *", "write '~' for a value that is chosen once and kept"},
        {"60 * * * *", "minute field '60', character 1: 60 is out of range; write 0 to 59"},
        {"* 24 * * *", "hour field '24', character 3: 24 is out of range; write 0 to 23"},
        {"* * 0 * *", "0 is out of range; write 1 to 31"},
        {"* * * 0 *", "0 is out of range; write 1 to 12, or jan to dec"},
        {"* * * 1-13 *", "month field '1-13', character 9: 13 is out of range"},
        {"* * * * 8", "8 is out of range; write 0 to 7 (both are Sunday), or sun to sat"},
        {"99999999999999999999 * * * *", "is out of range"},
        {"4294967297 * * * *", "4294967297 is out of range"},
        {"* * * january *", "'january' is not known: a name is the first three letters"},
        {"* * mon * *", "day of month field 'mon', character 5: 'mon' is not a number; write 1 to 31"},
        {"10-5 * * * *", "10-5 runs backwards; write 10-59,0-5"},
        {"* * * * fri-sun", "5-0 runs backwards; Sunday at the end of a range is 7: write 5-7"},
        {"* * * * sat-mon", "6-1 runs backwards; write 6,0-1"},
        {"9~3 * * * *", "9~3 runs backwards; write 3~9"},
        {"1,,2 * * * *", "minute field '1,,2', character 3: a value is missing"},
        {"1, * * * *", "minute field '1,', character 3: a value is missing"},
        {", * * * *", "a value is missing"},
        {"1- * * * *", "character 3: the end of the range is missing"},
        {"-5 * * * *", "a value is missing"},
        {"+5 * * * *", "a value is missing"},
        {"*/0 * * * *", "minute field '*/0', character 3: a step of 0 never advances; write a step of 1 or more"},
        {"1-5/0 * * * *", "a step of 0 never advances"},
        {"*/ * * * *", "a number is missing after '/'"},
        {"*/x * * * *", "a number is missing after '/'"},
        {"5/15 * * * *", "minute field '5/15', character 2: a step needs a range or '*' before it; write 5-59/15"},
        {"* * * * mon/2", "write mon-6/2"},
        {"1-5! * * * *", "character 4: '!' does not belong here"},
        {"*5 * * * *", "character 2: '5' does not belong here"},
        {"1.5 * * * *", "'.5' does not belong here"},
        {"1-2-3 * * * *", "'-3' does not belong here"},
        {"*-5 * * * *", "'-5' does not belong here"},
        {"*~5 * * * *", "'~5' does not belong here"},
        {"0 0 30 2 *", "it can never fire: day of month '30' does not exist in month '2'"},
        {"0 0 31 4,6,9,11 *", "it can never fire"},
        {"0 0 31 2 */2", "it can never fire"},
        {"@dayly", "'@dayly' is not known (did you mean '@daily'?)"},
        {"@Daily", "did you mean '@daily'?"},
        {"@every 5m", "use the key 'every' instead of 'cron', like every = \"15m\""},
        {"@daily x", "nothing may follow '@daily': leave out everything from 'x'"},
        {"@", "'@' is not known"},
        {"* * * * *\n", "character 10 is not printable ASCII"},
        {"* * \x1b[2J * *", "character 5 is not printable ASCII"},
        {"* * * * \xc3\xbc", "character 9 is not printable ASCII"},
    };
    for (const auto& c : cases)
        CHECK(unsaid(c.text, c.why) == "");
    CHECK(unsaid(std::string("* * \0 * *", 9), "character 5 is not printable ASCII") == "");
    CHECK(unsaid(std::string(100'000, '*'), "longer than 1000 characters") == "");
    CHECK(refusal("0 0 29 2 *") == "accepted: 0 0 29 2 *");
    CHECK(refusal("0 0 30 2 1") == "accepted: 0 0 30 2 1");
}

TEST_CASE("random bytes are refused or accepted, and nothing worse")
{
    std::mt19937_64 random(11);
    const std::string alphabet = "0123456789*,-/~ \tmonjaLW#?@x";
    int accepted = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 == 0 ? "* * * * *" : "";
        for (std::uint64_t changes = random() % 12; changes > 0; --changes) {
            const std::size_t where = text.empty() ? 0 : random() % text.size();
            text.insert(where, 1,
                        random() % 20 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()]);
        }
        if (refusal(text).starts_with("accepted"))
            ++accepted;
    }
    CHECK(accepted > 500);
}

TEST_CASE("the normalized form is short and the usual one")
{
    const struct {
        const char* text;
        const char* normalized;
    } cases[] = {
        {"30 3 * * mon-fri", "30 3 * * 1-5"},
        {"*/15 9-17 * jan-dec 1,2,3,4,5", "*/15 9-17 * * 1-5"},
        {"0,10,20,30,40,50 * * * *", "0-50/10 * * * *"},
        {"5,6 1,2,3 * * *", "5,6 1-3 * * *"},
        {"0 0 * 1,3,5,7,9,11 *", "0 0 * */2 *"},
        {"0-59 0-23 1-31 1-12 0-7", "0-59 0-23 1-31 * 0-6"},
        {"* * * * 0,5,6", "* * * * 5-7"},
        {"*/90 *,5 */2,4 * */7", "*/60 * */2,4 * */7"},
        {"@hourly", "0 * * * *"},
    };
    for (const auto& c : cases)
        CHECK(normalize(parse_cron(c.text, "")) == c.normalized);
    CHECK(normalize(Every{90min}) == "every 1h30m");
    CHECK(normalize(AtReboot{}) == "@reboot");
}

TEST_CASE("what is normalized is read back as the same")
{
    std::mt19937_64 random(5);
    const auto sparse = [&](int low, int high) {
        std::uint64_t set = 0;
        // Dense, sparse, and in runs.
        const std::uint64_t density = random() % 5 + 1;
        bool in_run = false;
        for (int value = low; value <= high; ++value) {
            in_run = random() % 4 == 0 ? !in_run : in_run;
            if (density == 5 ? in_run : random() % density == 0)
                set |= std::uint64_t{1} << value;
        }
        return set == 0 ? std::uint64_t{1} << low : set;
    };
    for (int i = 0; i < 20'000; ++i) {
        CronFields fields;
        fields.minutes = sparse(0, 59);
        fields.hours = static_cast<std::uint32_t>(sparse(0, 23));
        fields.days = static_cast<std::uint32_t>(sparse(1, 31));
        fields.months = static_cast<std::uint16_t>(sparse(1, 12) | 2); // January, so that it can fire
        fields.weekdays = static_cast<std::uint8_t>(sparse(0, 6));
        // A field that begins with a star has its lowest value, as */n has.
        fields.minute_star = random() % 2 == 0 && (fields.minutes & 1) != 0;
        fields.hour_star = random() % 2 == 0 && (fields.hours & 1) != 0;
        fields.day_star = random() % 2 == 0 && (fields.days & 2) != 0;
        fields.weekday_star = random() % 2 == 0 && (fields.weekdays & 1) != 0;
        const std::string text = normalize(fields);
        CAPTURE(text);
        REQUIRE(fields_of(text) == fields);
        REQUIRE(normalize(fields_of(text)) == text);
        REQUIRE(text.size() < 200);
        REQUIRE_FALSE(explain(fields).empty());
    }
}

TEST_CASE("an expression is explained in words")
{
    const struct {
        const char* text;
        const char* words;
    } cases[] = {
        {"* * * * *", "every minute"},
        {"*/5 * * * *", "every 5 minutes"},
        {"*/7 * * * *", "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"},
        {"@hourly", "at minute 0 of every hour"},
        {"15,45 * * * *", "at minutes 15 and 45 of every hour"},
        {"30 3 * * *", "at 03:30 every day"},
        {"0,30 8 * * *", "at 08:00 and 08:30 every day"},
        {"30 3 * * mon-fri", "at 03:30 on Monday to Friday"},
        {"5 4 * * sun", "at 04:05 on Sunday"},
        {"0 6 * * 6,7", "at 06:00 on Saturday and Sunday"},
        {"*/15 9-17 * * 1-5", "every 15 minutes, from 09:00 to 17:59 on Monday to Friday"},
        {"0 8-17 * * *", "every hour from 08:00 to 17:00"},
        {"15 */2 * * *", "every 2 hours from 00:15"},
        {"*/10 */2 * * *", "every 10 minutes of every 2nd hour from 00:00"},
        {"*/10 8-11,13-16 * * *", "every 10 minutes, from 08:00 to 11:59 and from 13:00 to 16:59"},
        {"*/20 1,3,5,9 * * *", "every 20 minutes of the hours 01, 03, 05 and 09"},
        {"0 0 1 * *", "at 00:00 on the 1st of every month"},
        {"0 0 1 1 *", "at 00:00 on the 1st of January"},
        {"0 12 2,3,11,22 6-8 *", "at 12:00 on the 2nd, 3rd, 11th and 22nd of June to August"},
        {"0 12 * 6 *", "at 12:00 every day in June"},
        {"30 4 1,15 * 5", "at 04:30 on the 1st and 15th of every month, and on every Friday"},
        {"0 0 1-7 * */5", "at 00:00 on the 1st to 7th of every month if that is a Friday or Sunday"},
        {"0 0 13 * 0-7", "at 00:00 every day"},
        {"@reboot", "once after each boot"},
    };
    for (const auto& c : cases)
        CHECK(explain(parse_cron(c.text, "")) == c.words);
    CHECK(explain(Every{15min}) == "every 15 minutes");
    CHECK(explain(Every{1h}) == "every hour");
    CHECK(explain(Every{90min}) == "every 90 minutes");
    CHECK(explain(Every{48h}) == "every 2 days");
    CHECK(explain(Every{61s}) == "every 61 seconds");
    CHECK(explain(Every{61'500ms}) == "every 61500 milliseconds");
}
