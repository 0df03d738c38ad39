#include "core/posix_rule.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <stdexcept>

namespace escher {

using std::chrono::seconds;

namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view why)
{
    throw std::invalid_argument("time zone rule '" + std::string(text) + "': " + std::string(why));
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text), rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    bool accept(char c)
    {
        if (rest_.empty() || rest_.front() != c)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char c)
    {
        if (!accept(c))
            fail(std::string("'") + c + "' is missing");
    }

    [[noreturn]] void fail(std::string_view why) const { refuse(text_, why); }

    int number(int low, int high)
    {
        int value = 0;
        std::size_t digits = 0;
        for (; !rest_.empty() && is_digit(rest_.front()) && digits < 4; ++digits) {
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (digits == 0 || value < low || value > high)
            fail("a number from " + std::to_string(low) + " to " + std::to_string(high) + " is missing");
        return value;
    }

    /// Letters, or anything but '>' in angle brackets.
    std::string abbreviation()
    {
        const bool quoted = accept('<');
        const auto end = std::find_if(rest_.begin(), rest_.end(), [&](char c) {
            return quoted ? !is_letter(c) && !is_digit(c) && c != '+' && c != '-' : !is_letter(c);
        });
        std::string name(rest_.begin(), end);
        rest_.remove_prefix(name.size());
        if (quoted)
            expect('>');
        if (name.size() < 3)
            fail("an abbreviation has at least three characters");
        return name;
    }

    /// [+-]hh[:mm[:ss]]
    seconds signed_time(int max_hours)
    {
        const int sign = accept('-') ? -1 : (accept('+'), 1);
        int total = number(0, max_hours) * 3600;
        if (accept(':')) {
            total += number(0, 59) * 60;
            if (accept(':'))
                total += number(0, 59);
        }
        return seconds(sign * total);
    }

    PosixRule::Date date()
    {
        PosixRule::Date date;
        if (accept('M')) {
            date.month = number(1, 12);
            expect('.');
            date.week = number(1, 5);
            expect('.');
            date.day = number(0, 6);
        } else if (accept('J')) {
            date.form = PosixRule::Date::without_leap_day;
            date.day = number(1, 365);
        } else {
            date.form = PosixRule::Date::with_leap_day;
            date.day = number(0, 365);
        }
        date.time = accept('/') ? signed_time(167) : seconds(std::chrono::hours(2));
        return date;
    }

private:
    std::string_view text_;
    std::string_view rest_;
};

/// Seconds from 1970 to the date's time in the local time that it is meant in.
seconds local_time_of(const PosixRule::Date& date, std::chrono::year year)
{
    using namespace std::chrono;
    const sys_days new_year = year / January / 1;
    sys_days day = new_year;
    switch (date.form) {
    case PosixRule::Date::without_leap_day:
        // Day 60 is always 1 March.
        day = new_year + days(date.day - 1 + (year.is_leap() && date.day >= 60 ? 1 : 0));
        break;
    case PosixRule::Date::with_leap_day:
        day = new_year + days(date.day);
        break;
    case PosixRule::Date::weekday_of_month: {
        const month of{static_cast<unsigned>(date.month)};
        const weekday on{static_cast<unsigned>(date.day)};
        day = date.week == 5 ? sys_days(year / of / on[last])
                             : sys_days(year / of / on[static_cast<unsigned>(date.week)]);
        break;
    }
    }
    return day.time_since_epoch() + date.time;
}

} // namespace

PosixRule parse_posix_rule(std::string_view text)
{
    Reader reader(text);
    PosixRule rule;
    rule.standard.abbreviation = reader.abbreviation();
    // POSIX counts offsets west of Greenwich.
    rule.standard.offset = -reader.signed_time(24);
    if (reader.at_end())
        return rule;

    PosixRule::Daylight daylight;
    daylight.name.abbreviation = reader.abbreviation();
    daylight.name.offset = rule.standard.offset + std::chrono::hours(1);
    if (!reader.at_end() && !reader.accept(',')) {
        daylight.name.offset = -reader.signed_time(24);
        if (!reader.at_end())
            reader.expect(',');
    }
    if (reader.at_end())
        reader.fail("the dates of daylight saving are missing");
    daylight.start = reader.date();
    reader.expect(',');
    daylight.end = reader.date();
    if (!reader.at_end())
        reader.fail("there is something after its end");
    rule.daylight = daylight;
    return rule;
}

std::vector<RuleChange> changes_of(const PosixRule& rule, int first, int last)
{
    std::vector<RuleChange> changes;
    if (!rule.daylight)
        return changes;
    changes.reserve(static_cast<std::size_t>(std::max(0, last - first + 1)) * 2);
    for (int year = first; year <= last; ++year) {
        const std::chrono::year in(year);
        const seconds start = local_time_of(rule.daylight->start, in) - rule.standard.offset;
        const seconds end = local_time_of(rule.daylight->end, in) - rule.daylight->name.offset;
        changes.push_back({std::chrono::sys_seconds(start), true});
        changes.push_back({std::chrono::sys_seconds(end), false});
    }
    // At one instant the end of one year's daylight time comes before the start of the next one's.
    std::sort(changes.begin(), changes.end(), [](const RuleChange& a, const RuleChange& b) {
        return a.at != b.at ? a.at < b.at : a.daylight < b.daylight;
    });
    const auto superseded = [](const RuleChange& a, const RuleChange& b) { return a.at == b.at; };
    // std::unique keeps the first of equals, so go backwards to keep the last.
    const auto kept = std::unique(changes.rbegin(), changes.rend(), superseded);
    changes.erase(changes.begin(), kept.base());
    return changes;
}

} // namespace escher
