#include "tick/cadence.hpp"

#include <algorithm>

namespace escher {

namespace {

using namespace std::chrono_literals;

constexpr Duration full_look_after = 5s;
constexpr Duration recovery_after = 10s;
constexpr Duration housekeeping_after = 20s; // a tick may live for days, or each be followed by the next in a minute
constexpr Duration rest_after_trouble = 5s;

} // namespace

Cadence::Cadence(Time now, Duration linger, Duration grace)
    : linger_(linger), grace_(grace), latest_(now), next_housekeeping_(now + housekeeping_after), lingers_since_(now)
{
}

void Cadence::heed_clock(Time now, std::optional<Time> active)
{
    if (now < latest_) {
        rests_until_ = next_look_ = next_recovery_ = next_housekeeping_ = now;
        lingers_since_ = now;
        stops_at_ = std::min(stops_at_, now + grace_);
    }
    latest_ = now;
    // Later than any activity of a clock that has been set back since.
    if (active && *active <= now)
        lingers_since_ = std::max(lingers_since_, *active);
}

void Cadence::looked(Time now, std::optional<Time> next_due)
{
    next_look_ = std::clamp(next_due.value_or(Time::max()), now + settling_wait, now + full_look_after);
}

Duration Cadence::until_look(Time now) const
{
    return std::clamp(next_look_ - now, Duration::zero(), longest_wait);
}

void Cadence::rest(Time now)
{
    rests_until_ = now + rest_after_trouble;
}

void Cadence::recovered(Time now, bool awaits_orphans)
{
    next_recovery_ = now + (awaits_orphans ? settling_wait : recovery_after);
}

bool Cadence::may_schedule(Time now) const
{
    return std::chrono::floor<std::chrono::minutes>(now) != scheduled_minute_;
}

void Cadence::scheduled(Time now)
{
    scheduled_minute_ = std::chrono::floor<std::chrono::minutes>(now);
}

void Cadence::kept_house(Time now)
{
    next_housekeeping_ = now + housekeeping_after;
}

Duration Cadence::grace_left(Time now) const
{
    return std::max(stops_at_ - now, Duration::zero());
}

} // namespace escher
