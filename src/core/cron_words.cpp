#include "core/cron.hpp"

#include "core/cron_field.hpp"
#include "core/human_text.hpp"

#include <algorithm>
#include <functional>

namespace escher {

namespace {

using Words = std::vector<std::string>;

constexpr std::uint32_t every_hour = (std::uint32_t{1} << 24) - 1;
constexpr std::uint32_t every_day = 0xfffffffe;
constexpr std::uint16_t every_month = 0x1ffe;
constexpr std::uint8_t every_weekday = 0x7f;

/// More times of day than this are told by hours and minutes instead of one by one.
constexpr std::size_t most_times = 6;

std::vector<int> members(std::uint64_t set)
{
    std::vector<int> values;
    for (std::uint64_t left = set; left != 0; left &= left - 1)
        values.push_back(__builtin_ctzll(left));
    return values;
}

/// "a", "a and b", "a, b and c"
std::string join(const Words& words, const std::string& last_by = " and ")
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? last_by : ", ";
        text += words[i];
    }
    return text;
}

/// Runs of three and more as "a to b".
Words list_in_words(std::uint64_t set, const std::function<std::string(int)>& word)
{
    Words words;
    const std::vector<int> values = members(set);
    for (std::size_t i = 0; i < values.size();) {
        std::size_t last = i;
        while (last + 1 < values.size() && values[last + 1] == values[last] + 1)
            ++last;
        if (last >= i + 2) {
            words.push_back(word(values[i]) + " to " + word(values[last]));
        } else {
            last = i;
            words.push_back(word(values[i]));
        }
        i = last + 1;
    }
    return words;
}

std::string time_of_day(int hour, int minute)
{
    return two_digits(hour) + ":" + two_digits(minute);
}

std::string ordinal(int value)
{
    const int tens = value / 10 % 10;
    const int ones = value % 10;
    const char* ending = "th";
    if (tens != 1 && ones == 1)
        ending = "st";
    if (tens != 1 && ones == 2)
        ending = "nd";
    if (tens != 1 && ones == 3)
        ending = "rd";
    return std::to_string(value) + ending;
}

std::string count_of(std::int64_t count, const std::string& unit)
{
    return count == 1 ? unit : std::to_string(count) + " " + unit + "s";
}

/// n if `set` is every n-th of 0 to `high`, and n divides the whole, so that the distance is the same everywhere.
int even_step(std::uint64_t set, int whole)
{
    for (int every = 1; every <= whole / 2; ++every) {
        if (whole % every != 0)
            continue;
        std::uint64_t steps = 0;
        for (int value = 0; value < whole; value += every)
            steps |= std::uint64_t{1} << value;
        if (steps == set)
            return every;
    }
    return 0;
}

std::string explain_minutes(std::uint64_t minutes)
{
    if (const int every = even_step(minutes, 60))
        return "every " + count_of(every, "minute");
    const bool single = (minutes & (minutes - 1)) == 0;
    return std::string(single ? "at minute " : "at minutes ") +
           join(list_in_words(minutes, [](int minute) { return std::to_string(minute); }));
}

/// "from 09:00 to 17:59" for each of one or two runs of hours, else the hours one by one.
std::string explain_hours(std::uint32_t hours)
{
    Words runs;
    const std::vector<int> values = members(hours);
    for (std::size_t i = 0; i < values.size();) {
        std::size_t last = i;
        while (last + 1 < values.size() && values[last + 1] == values[last] + 1)
            ++last;
        runs.push_back("from " + time_of_day(values[i], 0) + " to " + time_of_day(values[last], 59));
        i = last + 1;
    }
    if (runs.size() <= 2)
        return ", " + join(runs);
    return " of the hours " + join(list_in_words(hours, two_digits));
}

/// The times of a day. `told_by_day` is true where the sentence still needs "every day".
std::string explain_times(const CronFields& fields, bool& told_by_day)
{
    const std::vector<int> minutes = members(fields.minutes);
    const std::vector<int> hours = members(fields.hours);
    told_by_day = false;
    if (fields.hours == every_hour) {
        if (even_step(fields.minutes, 60) != 0)
            return explain_minutes(fields.minutes);
        return explain_minutes(fields.minutes) + " of every hour";
    }
    if (minutes.size() == 1) {
        if (const int every = even_step(fields.hours, 24); every > 1 && hours.size() > 2)
            return "every " + count_of(every, "hour") + " from " + time_of_day(0, minutes.front());
    }
    if (minutes.size() * hours.size() <= most_times) {
        Words times;
        for (const int hour : hours)
            for (const int minute : minutes)
                times.push_back(time_of_day(hour, minute));
        told_by_day = true;
        return "at " + join(times);
    }
    if (const int every = even_step(fields.hours, 24); every > 1)
        return explain_minutes(fields.minutes) + " of every " + ordinal(every) + " hour from 00:00";
    if (minutes.size() == 1 && hours.size() > 2 && hours.back() - hours.front() + 1 == static_cast<int>(hours.size()))
        return "every hour from " + time_of_day(hours.front(), minutes.front()) + " to " +
               time_of_day(hours.back(), minutes.front());
    return explain_minutes(fields.minutes) + explain_hours(fields.hours);
}

std::string explain_months(std::uint16_t months)
{
    return join(list_in_words(
        months, [](int month) { return std::string(month_names[static_cast<std::size_t>(month) - 1]); }));
}

/// Monday comes first, Sunday last.
std::string explain_weekdays(std::uint8_t weekdays, const std::string& last_by)
{
    const auto monday_first = static_cast<std::uint64_t>(weekdays >> 1 | (weekdays & 1) << 6);
    return join(
        list_in_words(monday_first,
                      [](int day) { return std::string(weekday_names[(static_cast<std::size_t>(day) + 1) % 7]); }),
        last_by);
}

/// The dates, empty for every day; begins with a blank otherwise.
std::string explain_dates(const CronFields& fields)
{
    const bool either = !fields.day_star && !fields.weekday_star;
    const bool any_day = fields.days == every_day;
    const bool any_weekday = fields.weekdays == every_weekday;
    const std::string of_months =
        fields.months == every_month ? " of every month" : " of " + explain_months(fields.months);
    const std::string in_months = fields.months == every_month ? "" : " in " + explain_months(fields.months);

    // Where either field suffices, one that allows every day makes the other meaningless.
    if ((any_day && any_weekday) || (either && (any_day || any_weekday)))
        return in_months.empty() ? "" : " every day" + in_months;
    if (any_day)
        return " on " + explain_weekdays(fields.weekdays, " and ") + in_months;
    const std::string days = "the " + join(list_in_words(fields.days, ordinal)) + of_months;
    if (any_weekday)
        return " on " + days;
    if (either)
        return " on " + days + ", and on every " + explain_weekdays(fields.weekdays, " and ") + in_months;
    return " on " + days + " if that is a " + explain_weekdays(fields.weekdays, " or ");
}

std::string explain_fields(const CronFields& fields)
{
    bool told_by_day = false;
    const std::string times = explain_times(fields, told_by_day);
    const std::string dates = explain_dates(fields);
    return times + (dates.empty() && told_by_day ? " every day" : dates);
}

std::string explain_period(Duration period)
{
    using namespace std::chrono_literals;
    if (period % 24h == 0ms)
        return "every " + count_of(period / 24h, "day");
    if (period % 1h == 0ms)
        return "every " + count_of(period / 1h, "hour");
    if (period % 1min == 0ms)
        return "every " + count_of(period / 1min, "minute");
    if (period % 1s == 0ms)
        return "every " + count_of(period / 1s, "second");
    return "every " + count_of(period / 1ms, "millisecond");
}

} // namespace

std::string explain(const Recurrence& recurrence)
{
    if (const auto* fields = std::get_if<CronFields>(&recurrence))
        return explain_fields(*fields);
    if (const auto* every = std::get_if<Every>(&recurrence))
        return explain_period(every->period);
    return "once after each boot";
}

} // namespace escher
