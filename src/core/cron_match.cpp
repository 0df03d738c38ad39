#include "core/cron_match.hpp"

#include <algorithm>
#include <array>

namespace escher {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr int months_to_search = 12 * 400 + 1;
constexpr int last_year = 9999;

/// The lowest member of `set` that is at least `low`; -1: none.
int first_member(std::uint64_t set, int low)
{
    const std::uint64_t rest = low > 63 ? 0 : set >> low << low;
    return rest == 0 ? -1 : __builtin_ctzll(rest);
}

/// The first minute of a day that matches, at or after `from`; -1: none.
int first_time_of_day(const CronFields& fields, int from)
{
    const int hour = from / 60;
    if (first_member(fields.hours, hour) == hour)
        if (const int minute = first_member(fields.minutes, from % 60); minute >= 0)
            return hour * 60 + minute;
    const int next = first_member(fields.hours, hour + 1);
    return next < 0 ? -1 : next * 60 + first_member(fields.minutes, 0);
}

unsigned length_of(int year, unsigned month)
{
    constexpr std::array<unsigned, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && std::chrono::year(year).is_leap() ? 29 : lengths[month - 1];
}

/// The days of a month that match: bit n for day n. `first_weekday` is that of the 1st.
std::uint64_t matching_days(const CronFields& fields, unsigned first_weekday, unsigned length)
{
    const std::uint64_t week = fields.weekdays;
    const std::uint64_t turned = (week >> first_weekday | week << (7 - first_weekday)) & 0x7f;
    const std::uint64_t by_weekday = (turned | turned << 7 | turned << 14 | turned << 21 | turned << 28) << 1;
    const std::uint64_t by_day = fields.days;
    // entry.c: a star restricts too, but then both fields must agree.
    const bool either = !fields.day_star && !fields.weekday_star;
    const std::uint64_t all = (std::uint64_t{2} << length) - 2;
    return (either ? by_day | by_weekday : by_day & by_weekday) & all;
}

} // namespace

std::optional<LocalMinute> first_match(const CronFields& fields, LocalMinute from)
{
    using namespace std::chrono;
    constexpr LocalMinute earliest = local_days(year(1) / 1 / 1);
    constexpr LocalMinute latest = local_days(year(last_year) / 12 / 31) + hours(23) + minutes(59);
    if (fields.minutes == 0 || fields.hours == 0 || from > latest)
        return std::nullopt;
    from = std::max(from, earliest);

    const local_days today = floor<days>(from);
    const year_month_day date(today);
    int in_year = static_cast<int>(date.year());
    unsigned month = static_cast<unsigned>(date.month());
    unsigned day = static_cast<unsigned>(date.day());
    int time = static_cast<int>((from - today).count());
    local_days first = today - days(day - 1);
    unsigned first_weekday = weekday(first).c_encoding();

    for (int searched = 0; searched < months_to_search && in_year <= last_year; ++searched) {
        const unsigned length = length_of(in_year, month);
        if ((fields.months >> month & 1) != 0) {
            const std::uint64_t matching = matching_days(fields, first_weekday, length);
            for (int found = first_member(matching, static_cast<int>(day)); found >= 0;
                 found = first_member(matching, found + 1)) {
                const int at = first_time_of_day(fields, static_cast<unsigned>(found) == day ? time : 0);
                if (at >= 0)
                    return LocalMinute(first + days(found - 1)) + minutes(at);
            }
        }
        first += days(length);
        first_weekday = (first_weekday + length) % 7;
        day = 1;
        time = 0;
        if (++month > 12) {
            month = 1;
            ++in_year;
        }
    }
    return std::nullopt;
}

} // namespace escher
