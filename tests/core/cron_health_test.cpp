#include "core/cron_health.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace std::chrono_literals;

namespace {

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2020) / 6 / 1) + 12h;

TickRecord ended(Duration ago)
{
    TickRecord tick;
    tick.started_at = noon - ago - 10s;
    tick.ended_at = noon - ago;
    return tick;
}

} // namespace

TEST_CASE("cron seems stopped after three minutes without a tick")
{
    CHECK_FALSE(cron_trouble(ended(20s), false, noon));
    CHECK_FALSE(cron_trouble(ended(3min), false, noon));
    CHECK(cron_trouble(ended(3min + 1ms), false, noon) == "no tick for 3 m: cron seems stopped");
    CHECK(cron_trouble(std::nullopt, false, noon) == "no tick has run yet: is the crontab line in place?");
}

TEST_CASE("a tick that lives is a sign of life, and so is the start of one that has not ended")
{
    CHECK_FALSE(cron_trouble(ended(5h), true, noon));
    CHECK_FALSE(cron_trouble(std::nullopt, true, noon));
    TickRecord dead = ended(5h);
    dead.started_at = noon - 1min;
    dead.ended_at.reset();
    CHECK_FALSE(cron_trouble(dead, false, noon));
}

TEST_CASE("a clock that was set back makes no negative silence")
{
    CHECK(silence_since(ended(-5min), noon) == Duration::zero());
    CHECK_FALSE(cron_seems_stopped(ended(-5min), false, noon));
}
