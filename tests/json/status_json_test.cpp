#include <doctest/doctest.h>

#include "json/members.hpp"
#include "json/status_json.hpp"

using namespace escher;
using namespace std::chrono_literals;
using json = nlohmann::ordered_json;
using test::Members;
using test::members;

namespace {

const Time now(1'700'000'000s);

} // namespace

TEST_CASE("the JSON of status names every state and has null for what there is not")
{
    StatusFacts facts;
    facts.now = now;
    facts.mode = RunMode::automatic;
    facts.needs_cron = false;
    facts.database = "/x.db";
    CHECK(
        status_json(facts) ==
        R"({"schema":1,"now":"2023-11-14T22:13:20Z","mode":"automatic","warnings":[],"held":null,"last_tick":null,)"
        R"("last_success":null,"live_tick":null,"jobs":{"scheduled":0,"available":0,"running":0,"retryable":0,)"
        R"("completed":0,"failed":0,"cancelled":0,"invalid":0},"oldest_running":null,"unsupervised":[],"oldest_available":null,"next_due":null,)"
        R"("pauses":[],"schedules":[],"database":"/x.db","database_bytes":0})"
        "\n");
}

TEST_CASE("the JSON of status tells of ticks, pauses and schedules as other documents do")
{
    StatusFacts facts;
    facts.now = now;
    facts.summary.last_tick.emplace();
    facts.summary.jobs[JobState::failed] = 2;
    facts.live_tick = StatusFacts::LiveTick{.pid = 5, .since = now};
    facts.pauses.resize(1);
    facts.schedules.resize(1);
    facts.schedules[0].next = now + 1h;
    const json status = json::parse(status_json(facts));
    CHECK(status["mode"] == "cron");
    CHECK(status["jobs"]["failed"] == 2);
    CHECK(members(status["last_tick"]) == Members{"started_at", "ended_at", "pid", "version", "claimed", "completed",
                                                  "failed", "recovered", "pruned", "error"});
    CHECK(members(status["live_tick"]) == Members{"pid", "since"});
    CHECK(members(status["pauses"][0]) == Members{"queue", "since", "until", "by", "reason"});
    CHECK(status["pauses"][0]["queue"].is_null());
    CHECK(members(status["schedules"][0]) == Members{"name", "recurrence", "in_config", "enabled", "last", "next"});
    CHECK(status["next_due"] == "2023-11-14T23:13:20Z");
}
