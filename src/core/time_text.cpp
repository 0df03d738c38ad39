#include "core/time_text.hpp"

#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/zone.hpp"

#include <algorithm>
#include <cstdio>

namespace escher {

namespace {

using namespace std::chrono;

constexpr Time last_of_four_digits = sys_days(year(9999) / 12 / 31) + hours(24) - Duration(1);

/// Takes what it expects off the front of a text; once it has met something else it stays failed.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    /// Exactly `width` digits, from `low` to `high`.
    int number(std::size_t width, int low, int high)
    {
        int value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            if (text_.empty() || !is_digit(text_.front()))
                return fail();
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        return value < low || value > high ? fail() : value;
    }

    bool accept(std::string_view any_of)
    {
        if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos)
            return false;
        text_.remove_prefix(1);
        return true;
    }

    void expect(std::string_view any_of)
    {
        if (!accept(any_of))
            fail();
    }

    /// Digits after a decimal point, cut to milliseconds.
    int fraction()
    {
        int value = 0;
        int digits = 0;
        for (; !text_.empty() && is_digit(text_.front()); ++digits) {
            if (digits < 3)
                value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        for (int i = digits; i < 3; ++i)
            value *= 10;
        return digits == 0 ? fail() : value;
    }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool done() const { return ok_ && text_.empty(); }

private:
    int fail()
    {
        ok_ = false;
        text_ = {};
        return 0;
    }

    std::string_view text_;
    bool ok_ = true;
};

std::optional<Time> within_bounds(Time time)
{
    if (time < Time() || time > last_of_four_digits)
        return std::nullopt;
    return time;
}

/// With an offset (RFC 3339), or in `zone` without.
std::optional<Time> parse_date_and_time(std::string_view text, const Zone& zone)
{
    Scanner scan(text);
    const year y(scan.number(4, 1, 9999));
    scan.expect("-");
    const month m(static_cast<unsigned>(scan.number(2, 1, 12)));
    scan.expect("-");
    const year_month_day date(y, m, day(static_cast<unsigned>(scan.number(2, 1, 31))));
    scan.expect(" Tt");
    const hours h(scan.number(2, 0, 23));
    scan.expect(":");
    const minutes min(scan.number(2, 0, 59));
    seconds s{};
    Duration fraction{};
    bool has_seconds = false;
    if (scan.accept(":")) {
        has_seconds = true;
        s = seconds(scan.number(2, 0, 60)); // 60: a leap second counts as the one after it
        if (scan.accept("."))
            fraction = Duration(scan.fraction());
    }
    if (!scan.ok() || !date.ok())
        return std::nullopt;
    const LocalTime local = local_days(date) + h + min + s + fraction;
    if (scan.done()) {
        if (fraction != Duration::zero())
            return std::nullopt;
        return within_bounds(zone.instants_of(local).first);
    }
    if (!has_seconds)
        return std::nullopt;
    minutes offset{};
    if (!scan.accept("Zz")) {
        const int sign = scan.accept("-") ? -1 : 1;
        if (sign == 1)
            scan.expect("+");
        offset = hours(scan.number(2, 0, 23));
        scan.expect(":");
        offset = sign * (offset + minutes(scan.number(2, 0, 59)));
    }
    if (!scan.done())
        return std::nullopt;
    return within_bounds(Time(local.time_since_epoch() - offset));
}

/// The next time the clocks of `zone` show HH:MM.
std::optional<Time> parse_time_of_day(std::string_view text, Time now, const Zone& zone)
{
    Scanner scan(text);
    const hours h(scan.number(2, 0, 23));
    scan.expect(":");
    const minutes min(scan.number(2, 0, 59));
    if (!scan.done())
        return std::nullopt;
    const auto today = floor<days>(zone.to_local(now));
    // Two days ahead suffice but where a zone has skipped a whole one.
    for (const auto date : {today, today + days(1), today + days(2)}) {
        const auto instants = zone.instants_of(date + h + min);
        for (const auto at : {instants.first, instants.second})
            if (at > now)
                return within_bounds(at);
    }
    return std::nullopt;
}

struct Clockwork {
    year_month_day date;
    hh_mm_ss<Duration> time_of_day;
};

/// The calendar of chrono overflows beyond the year 32767: hold to four digits.
Time hold(Time time)
{
    return std::clamp(time, Time(sys_days(year(0) / 1 / 1)), last_of_four_digits);
}

Clockwork split(Time shifted)
{
    const auto time = hold(shifted);
    const auto date = floor<days>(time);
    return {year_month_day(date), hh_mm_ss<Duration>(time - date)};
}

std::string write(const Clockwork& clock, char separator)
{
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u%c%02d:%02d:%02d", static_cast<int>(clock.date.year()),
                  static_cast<unsigned>(clock.date.month()), static_cast<unsigned>(clock.date.day()), separator,
                  static_cast<int>(clock.time_of_day.hours().count()),
                  static_cast<int>(clock.time_of_day.minutes().count()),
                  static_cast<int>(clock.time_of_day.seconds().count()));
    return text;
}

} // namespace

std::optional<Time> parse_time(std::string_view text, Time now, const Zone& zone)
{
    if (text == "now")
        return now;
    if (text.starts_with('+')) {
        const auto ahead = parse_duration(text.substr(1));
        if (!ahead || now > last_of_four_digits || *ahead > last_of_four_digits - now)
            return std::nullopt;
        return within_bounds(now + *ahead);
    }
    return text.size() == 5 ? parse_time_of_day(text, now, zone) : parse_date_and_time(text, zone);
}

std::string format_rfc3339(Time time, const Zone& zone)
{
    time = hold(time);
    // The format knows no offsets with seconds, which some zones had; cut them, so that the instant stays right.
    const auto offset = duration_cast<minutes>(zone.offset_at(time));
    const auto clock = split(time + offset);
    auto text = write(clock, 'T');
    char rest[32];
    if (const auto ms = clock.time_of_day.subseconds().count(); ms != 0) {
        std::snprintf(rest, sizeof rest, ".%03d", static_cast<int>(ms));
        text += rest;
    }
    if (offset == minutes::zero() && zone.abbreviation_at(time) == "UTC")
        return text + "Z";
    const int total = static_cast<int>(abs(offset).count());
    std::snprintf(rest, sizeof rest, "%c%02d:%02d", offset < minutes::zero() ? '-' : '+', total / 60, total % 60);
    return text + rest;
}

std::string format_local(Time time, const Zone& zone)
{
    time = hold(time);
    return write(split(time + zone.offset_at(time)), ' ');
}

} // namespace escher
