#include <doctest/doctest.h>

#include "app/status_facts.hpp"

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time now(1'700'000'000s);

StatusFacts facts_with_tick(Duration ago)
{
    StatusFacts facts;
    facts.now = now;
    TickRecord tick;
    tick.started_at = now - ago - 1s;
    tick.ended_at = now - ago;
    tick.claimed = 3;
    tick.completed = 2;
    tick.failed = 1;
    facts.summary.last_tick = tick;
    facts.database = "/var/lib/x/jobs.db";
    facts.database_bytes = 2048;
    return facts;
}

} // namespace

TEST_CASE("status warns when cron seems stopped, and only then")
{
    CHECK(status_warnings(facts_with_tick(59s)).empty());
    CHECK(status_warnings(facts_with_tick(180s)).empty());
    CHECK(status_warnings(facts_with_tick(12min)) ==
          std::vector<std::string>{"no tick for 12 m: cron seems stopped"});

    StatusFacts never;
    never.now = now;
    CHECK(status_warnings(never).size() == 1);
    never.needs_cron = false;
    CHECK(status_warnings(never).empty());

    StatusFacts live = facts_with_tick(12min);
    live.live_tick = StatusFacts::LiveTick{.pid = 5, .since = now - 12min};
    CHECK(status_warnings(live).empty());
}

TEST_CASE("status repeats what the last tick said")
{
    StatusFacts facts = facts_with_tick(10s);
    facts.summary.last_tick->error = "the disk is full";
    CHECK(status_warnings(facts) == std::vector<std::string>{"the last tick said: the disk is full"});
}

TEST_CASE("what is due next is the soonest of stored jobs and schedules")
{
    StatusFacts facts = facts_with_tick(10s);
    CHECK_FALSE(soonest_due(facts));
    facts.schedules.resize(3);
    facts.schedules[0].next = now + 3h;
    facts.schedules[1].next = now + 2h;
    CHECK(soonest_due(facts) == now + 2h);
    facts.summary.next_due = now + 1min;
    CHECK(soonest_due(facts) == now + 1min);
}
