#include "core/cron_health.hpp"

#include "core/duration.hpp"

#include <algorithm>

namespace escher {

std::optional<Duration> silence_since(const std::optional<TickRecord>& last_tick, Time now)
{
    if (!last_tick)
        return std::nullopt;
    return std::max(now - last_tick->ended_at.value_or(last_tick->started_at), Duration::zero());
}

bool cron_seems_stopped(const std::optional<TickRecord>& last_tick, bool tick_lives, Time now)
{
    if (tick_lives)
        return false;
    const auto silence = silence_since(last_tick, now);
    return !silence || *silence > cron_patience;
}

std::string describe_silence(const std::optional<TickRecord>& last_tick, Time now)
{
    const auto silence = silence_since(last_tick, now);
    return silence ? "no tick for " + describe_duration(*silence) : "no tick has run yet";
}

std::optional<std::string> cron_trouble(const std::optional<TickRecord>& last_tick, bool tick_lives, Time now)
{
    if (!cron_seems_stopped(last_tick, tick_lives, now))
        return std::nullopt;
    return describe_silence(last_tick, now) +
           (last_tick ? ": cron seems stopped" : ": is the crontab line in place?");
}

} // namespace escher
