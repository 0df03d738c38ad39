#include <doctest/doctest.h>

#include "json/status_json.hpp"

using namespace escher;
using namespace std::chrono_literals;

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
    CHECK(status_json(facts) ==
          R"({"schema":1,"now":"2023-11-14T22:13:20Z","mode":"automatic","warnings":[],"held":null,"last_tick":null,)"
          R"("last_success":null,"live_tick":null,"jobs":{"scheduled":0,"available":0,"running":0,"retryable":0,)"
          R"("completed":0,"failed":0,"cancelled":0,"invalid":0},"oldest_available":null,"next_due":null,)"
          R"("pauses":[],"schedules":[],"database":"/x.db","database_bytes":0})"
          "\n");
}
