#include "app/status_facts.hpp"

#include "core/duration.hpp"

#include <fmt/format.h>

namespace escher {

namespace {

/// Cron starts a tick each minute: after this long without one it has stopped, or the line is not there.
constexpr Duration cron_patience = std::chrono::minutes(3);

} // namespace

std::vector<std::string> status_warnings(const StatusFacts& facts)
{
    std::vector<std::string> warnings;
    const auto& last = facts.summary.last_tick;
    if (facts.mode == RunMode::cron && !facts.live_tick) {
        if (!last)
            warnings.emplace_back("no tick has run yet: is the crontab line in place?");
        else if (const Duration age = facts.now - last->ended_at.value_or(last->started_at); age > cron_patience)
            warnings.push_back(fmt::format("no tick for {}: cron seems stopped", describe_duration(age)));
    }
    if (last && !last->error.empty())
        warnings.push_back("the last tick said: " + last->error);
    return warnings;
}

std::optional<Time> soonest_due(const StatusFacts& facts)
{
    std::optional<Time> soonest = facts.summary.next_due;
    for (const auto& schedule : facts.schedules)
        if (schedule.enabled && schedule.next && (!soonest || *schedule.next < *soonest))
            soonest = schedule.next;
    return soonest;
}

} // namespace escher
