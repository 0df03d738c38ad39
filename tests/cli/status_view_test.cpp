#include <doctest/doctest.h>

#include "cli/status_view.hpp"
#include "core/zone.hpp"

using namespace escher;
using namespace escher::cli;
using namespace std::chrono_literals;

namespace {

const Time now(1'700'000'000s);
const Zone utc = Zone::utc();

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

TEST_CASE("status in a pipe is a key and a value a line")
{
    StatusFacts facts = facts_with_tick(10s);
    facts.summary.jobs = {{JobState::running, 2}, {JobState::failed, 1}};
    facts.summary.next_due = now + 1h;
    facts.unsupervised = {JobId{4}, JobId{9}};
    facts.pauses = {{.queue = "mail", .since = now, .until = {}, .by = "anna", .reason = "relay is\tdown"}};
    ScheduleStanding nightly;
    nightly.name = "nightly";
    nightly.recurrence = "30 3 * * *";
    nightly.enabled = true;
    nightly.next = now + 2h;
    nightly.last = Occurrence{.schedule = "nightly",
                              .nominal_at = now - 22h,
                              .result = OccurrenceResult::created,
                              .reason = "",
                              .job = JobId{17},
                              .decided_at = now - 22h};
    nightly.last_state = JobState::completed;
    facts.schedules = {nightly};
    CHECK(status_text(facts, {.terminal = false, .color = false, .width = 80, .zone = &utc}) ==
          "last tick\t2023-11-14T22:13:09Z: 3 started, 2 completed, 1 failed\n"
          "jobs\t2 running, 1 failed\n"
          "unsupervised\tjob 4, job 9: the tick is gone, the next one finds out what became of it\n"
          "next due\t2023-11-14T23:13:20Z\n"
          "paused\tqueue mail by anna, until resumed: relay is\\tdown\n"
          "database\t/var/lib/x/jobs.db\n"
          "bytes\t2048\n"
          "schedule\tnightly\t30 3 * * *\t2023-11-14T00:13:20Z\tjob 17 completed\t2023-11-15T00:13:20Z\n");
}

TEST_CASE("on a terminal a due time that has passed waits for a tick, and what lasts is told by how long")
{
    StatusFacts facts = facts_with_tick(10s);
    const Look look{.terminal = true, .color = false, .width = 80, .zone = &utc};
    facts.summary.next_due = now - 5s;
    facts.summary.oldest_available = now - 2min;
    std::string text = status_text(facts, look);
    CHECK(text.find("next due     now (waits for the next tick)\n") != std::string::npos);
    CHECK(text.find("waiting      the oldest for 2 m (since 2023-11-14 22:11:20)\n") != std::string::npos);
    facts.live_tick = StatusFacts::LiveTick{.pid = 5, .since = now - 1s};
    text = status_text(facts, look);
    CHECK(text.find("live tick    pid 5, for 1 s (since 2023-11-14 22:13:19)\n") != std::string::npos);
    CHECK(text.find("next due     now\n") != std::string::npos);
}
