#include "app/next_times.hpp"

#include "core/cron.hpp"
#include "core/due_decision.hpp"
#include "core/time_text.hpp"
#include "os/host.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace escher {

namespace {

/// More clock changes than these say nothing new.
constexpr std::size_t most_changes = 6;

std::string offset_text(std::chrono::seconds offset)
{
    const auto minutes = std::chrono::abs(std::chrono::duration_cast<std::chrono::minutes>(offset)).count();
    return fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/// "2030-03-31T02:00": what the clocks would show at the change had they not been changed.
std::string clock_before(const Zone::Transition& change)
{
    return format_rfc3339(change.at + change.before, Zone::utc()).substr(0, 16);
}

std::vector<std::string> clock_changes(const Zone& zone, Time from, Time until)
{
    std::vector<std::string> changes;
    for (auto change = zone.next_transition(from); change && change->at <= until && changes.size() < most_changes;
         change = zone.next_transition(change->at))
        changes.push_back(fmt::format("the clocks go {} at {}: {} becomes {}",
                                      change->after > change->before ? "forward" : "back", clock_before(*change),
                                      offset_text(change->before), offset_text(change->after)));
    return changes;
}

} // namespace

NextTimes next_times(const Recurrence& recurrence, const Zone& zone, Time from, int count, const JitterAt& jitter)
{
    NextTimes next;
    next.normalized = normalize(recurrence);
    next.explanation = explain(recurrence);
    Time after = from;
    for (int i = 0; i < count; ++i) {
        const auto due = next_due(recurrence, zone, after);
        if (!due)
            break;
        const Time with_jitter = due->at + (jitter ? jitter(due->at) : Duration::zero());
        next.times.push_back({due->at, with_jitter, format_rfc3339(with_jitter, zone), format_rfc3339(due->at, zone),
                              zone.abbreviation_at(due->at), due->note});
        after = due->at;
    }
    if (!next.times.empty())
        next.clock_changes = clock_changes(zone, from, next.times.back().at);
    return next;
}

NextTimes next_times(const Schedule& schedule, Time from, int count)
{
    NextTimes next =
        next_times(schedule.recurrence, *schedule.zone, from, count,
                   [&schedule, host = os::host_name()](Time nominal) { return jitter_of(schedule, host, nominal); });
    next.schedule = schedule.name;
    next.zone_name = schedule.zone_name;
    next.enabled = schedule.enabled;
    next.jitter = schedule.jitter;
    return next;
}

std::vector<Soonest> soonest_first(std::span<const NextTimes> all)
{
    std::vector<Soonest> order;
    for (const NextTimes& next : all)
        if (next.enabled)
            for (const auto& due : next.times)
                order.push_back({&next, &due});
    std::stable_sort(order.begin(), order.end(),
                     [](const Soonest& a, const Soonest& b) { return a.due->at < b.due->at; });
    return order;
}

} // namespace escher
