#include "core/next_time.hpp"

#include "core/cron_match.hpp"
#include "core/human_text.hpp"

#include <algorithm>
#include <limits>

namespace escher {

namespace {

using std::chrono::floor;
using std::chrono::minutes;

// Outside of these years there is nothing to find, and within them nothing can overflow.
constexpr Time first_searched = std::chrono::sys_days(std::chrono::year(0) / 12 / 1);
constexpr Time last_searched = std::chrono::sys_days(std::chrono::year(10000) / 1 / 31);

bool has_fixed_times(const CronFields& fields)
{
    return !fields.minute_star && !fields.hour_star;
}

LocalMinute minute_after(LocalTime local)
{
    return floor<minutes>(local) + minutes(1);
}

Time to_time(LocalTime local, std::chrono::seconds offset)
{
    return Time(local.time_since_epoch()) - offset;
}

LocalTime to_local(Time time, std::chrono::seconds offset)
{
    return LocalTime(time.time_since_epoch()) + offset;
}

std::string clock_text(LocalTime local)
{
    const auto of_day = floor<minutes>(local - floor<std::chrono::days>(local));
    return two_digits(of_day / std::chrono::hours(1)) + ":" + two_digits(of_day.count() % 60);
}

std::string date_text(LocalTime local)
{
    const std::chrono::year_month_day date(floor<std::chrono::days>(local));
    return std::to_string(static_cast<int>(date.year())) + "-" + two_digits(static_cast<unsigned>(date.month())) +
           "-" + two_digits(static_cast<unsigned>(date.day()));
}

std::string moment_text(LocalTime local)
{
    return date_text(local) + " " + clock_text(local);
}

std::string repeated_text(LocalTime local)
{
    return clock_text(local) + " comes twice on " + date_text(local);
}

/// The transition that makes the gap whose end is the instant `at`.
std::optional<Zone::Transition> transition_at(const Zone& zone, Time at)
{
    auto transition = zone.next_transition(at - Duration(1));
    return transition && transition->at == at ? transition : std::nullopt;
}

std::string gap_note(const CronFields& fields, const Zone& zone, LocalMinute first, Time at)
{
    const auto transition = transition_at(zone, at);
    if (!transition)
        return "";
    const LocalTime end = to_local(at, transition->after);
    const auto next = first_match(fields, first + minutes(1));
    const bool several = next && *next < end;
    return (several ? moment_text(first) + " and others do" : moment_text(first) + " does") +
           " not exist, the clocks go from " + clock_text(to_local(at, transition->before)) + " to " +
           moment_text(end) + (several ? ": due once, right then" : ": due right then");
}

std::optional<DueTime> next_fixed(const CronFields& fields, const Zone& zone, Time after)
{
    // What the clocks have shown already, or jumped over, was due then.
    const auto match = first_match(fields, minute_after(zone.furthest_local(after)));
    if (!match)
        return std::nullopt;
    const Zone::Instants instants = zone.instants_of(*match);
    DueTime due{instants.first, ""};
    if (instants.kind == Zone::Instants::gap)
        due.note = gap_note(fields, zone, *match, instants.first);
    if (instants.kind == Zone::Instants::repeated)
        due.note = repeated_text(*match) + ": due the first time";
    return due;
}

std::optional<DueTime> next_elapsed(const CronFields& fields, const Zone& zone, Time after)
{
    Time since = after;
    std::chrono::seconds offset = zone.offset_at(after);
    // `match` is the first one from `from` on in local time, as long as no change of the clocks comes before it.
    LocalMinute from = minute_after(to_local(after, offset));
    auto match = first_match(fields, from);
    while (match) {
        const auto transition = zone.next_transition(since);
        const Time at = to_time(*match, offset);
        if (!transition || at < transition->at) {
            DueTime due{at, ""};
            if (zone.furthest_local(at) > *match)
                due.note = repeated_text(*match) + ": this is the second time";
            return due;
        }
        since = transition->at;
        offset = transition->after;
        const LocalMinute start = std::chrono::ceil<minutes>(to_local(since, offset));
        if (start < from || start > *match) {
            from = start;
            match = first_match(fields, from);
        }
    }
    return std::nullopt;
}

std::optional<DueTime> next_period(const Every& every, Time after)
{
    const std::int64_t period = every.period.count();
    const std::int64_t elapsed = after.time_since_epoch().count();
    if (period <= 0 || elapsed > std::numeric_limits<std::int64_t>::max() - period)
        return std::nullopt;
    const std::int64_t into = (elapsed % period + period) % period;
    return DueTime{Time(Duration(elapsed - into + period)), ""};
}

} // namespace

std::optional<DueTime> next_due(const Recurrence& recurrence, const Zone& zone, Time after)
{
    if (const auto* every = std::get_if<Every>(&recurrence))
        return next_period(*every, after);
    const auto* fields = std::get_if<CronFields>(&recurrence);
    if (fields == nullptr)
        return std::nullopt;
    if (after > last_searched)
        return std::nullopt;
    after = std::max(after, first_searched);
    return has_fixed_times(*fields) ? next_fixed(*fields, zone, after) : next_elapsed(*fields, zone, after);
}

std::vector<DroppedTime> dropped_times(const Recurrence& recurrence, const Zone& zone, Time after, Time until)
{
    std::vector<DroppedTime> dropped;
    const auto* fields = std::get_if<CronFields>(&recurrence);
    if (fields == nullptr || !has_fixed_times(*fields))
        return dropped;
    after = std::max(after, first_searched);
    until = std::min(until, last_searched);
    const auto drop = [&](Time at, const std::string& why) {
        if (at <= after || at > until)
            return;
        // Another time of the same recurrence may be due at that very instant.
        const auto due = next_due(recurrence, zone, at - Duration(1));
        if (!due || due->at != at)
            dropped.push_back({at, why});
    };

    for (auto transition = zone.next_transition(after - longest_change); transition && transition->at <= until;
         transition = zone.next_transition(transition->at)) {
        const bool gap = transition->after > transition->before;
        const LocalTime begin = to_local(transition->at, std::min(transition->before, transition->after));
        const LocalTime end = to_local(transition->at, std::max(transition->before, transition->after));
        auto match = first_match(*fields, std::chrono::ceil<minutes>(begin));
        if (gap && match)
            match = first_match(*fields, *match + minutes(1));
        for (; match && *match < end; match = first_match(*fields, *match + minutes(1))) {
            if (gap)
                drop(to_time(*match, transition->before),
                     moment_text(*match) +
                         " does not exist, and an earlier time that does not either was due instead");
            else
                drop(to_time(*match, transition->after), repeated_text(*match) + ": the first one counts");
        }
    }
    std::sort(dropped.begin(), dropped.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    return dropped;
}

} // namespace escher
