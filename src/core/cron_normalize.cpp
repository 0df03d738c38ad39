#include "core/cron.hpp"

#include "core/cron_field.hpp"
#include "core/duration.hpp"

#include <algorithm>

namespace escher {

namespace {

bool holds(std::uint64_t set, int value)
{
    return (set >> value & 1) != 0;
}

/// The values that `low/every` stands for.
std::uint64_t progression(int low, int high, int every)
{
    std::uint64_t set = 0;
    for (int value = low; value <= high; value += every)
        set |= std::uint64_t{1} << value;
    return set;
}

/// How many values of `set` follow each other from `first` on, `every` apart.
int length_of_progression(std::uint64_t set, int first, int every, int high)
{
    int length = 0;
    for (int value = first; value <= high && holds(set, value); value += every)
        ++length;
    return length;
}

/// A list of single values, ranges and ranges with a step that stands for exactly `set`.
std::string write_list(std::uint64_t set, int high)
{
    std::string text;
    for (std::uint64_t left = set; left != 0;) {
        const int first = __builtin_ctzll(left);
        int every = 1;
        int length = length_of_progression(set, first, 1, high);
        for (int step = 2; step <= high; ++step) {
            const int longer = length_of_progression(set, first, step, high);
            // Less than four single values read better one by one.
            if (longer > 3 && longer > length) {
                every = step;
                length = longer;
            }
        }
        if (every == 1 && length < 3)
            length = 1;
        const int last = first + (length - 1) * every;
        if (!text.empty())
            text += ',';
        text += std::to_string(first);
        if (length > 1)
            text += "-" + std::to_string(last);
        if (every > 1)
            text += "/" + std::to_string(every);
        left &= ~progression(first, last, every);
    }
    return text;
}

/// The values of one field, for writing.
struct Values {
    std::uint64_t set = 0; ///< in the weekday field Sunday is 0
    const CronField& field;
    bool sunday_is_7_too = false;
};

/// Text that begins with '*': every n-th value from the lowest on, for the least n that fits, and what is left. Empty:
/// there is none, because the lowest value is not in the set.
std::string write_star(const Values& values)
{
    const int count = values.field.high - values.field.low + 1;
    for (int every = 1; every <= count; ++every) {
        std::uint64_t covered = progression(values.field.low, values.field.high, every);
        if (values.sunday_is_7_too)
            covered = (covered | covered >> 7) & 0x7f;
        if ((covered & ~values.set) != 0)
            continue;
        std::string text = every == 1 ? "*" : "*/" + std::to_string(every);
        if (const std::uint64_t rest = values.set & ~covered; rest != 0)
            text += "," + write_list(rest, values.field.high);
        return text;
    }
    return "";
}

std::string write_field(std::uint64_t set, bool star, const CronField& field)
{
    return star ? write_star({set, field}) : write_list(set, field.high);
}

/// Whether a month is a star makes no difference.
std::string write_months(std::uint64_t set)
{
    const CronField& field = cron_fields[month_field];
    const std::string star = write_star({set, field});
    const std::string list = write_list(set, field.high);
    return !star.empty() && star.size() < list.size() ? star : list;
}

/// Sunday may be 0 or 7, whichever gives the shorter text.
std::string write_weekdays(std::uint64_t set, bool star)
{
    if (star)
        return write_star({set, cron_fields[weekday_field], true});
    const std::string with_0 = write_list(set, 6);
    if (!holds(set, 0))
        return with_0;
    const std::string with_7 = write_list((set & ~std::uint64_t{1}) | std::uint64_t{1} << 7, 7);
    return with_7.size() < with_0.size() ? with_7 : with_0;
}

std::string write(const CronFields& fields)
{
    return write_field(fields.minutes, fields.minute_star, cron_fields[minute_field]) + " " +
           write_field(fields.hours, fields.hour_star, cron_fields[hour_field]) + " " +
           write_field(fields.days, fields.day_star, cron_fields[day_field]) + " " + write_months(fields.months) +
           " " + write_weekdays(fields.weekdays, fields.weekday_star);
}

} // namespace

std::string normalize(const Recurrence& recurrence)
{
    if (const auto* fields = std::get_if<CronFields>(&recurrence))
        return write(*fields);
    if (const auto* every = std::get_if<Every>(&recurrence))
        return "every " + format_duration(every->period);
    return "@reboot";
}

} // namespace escher
