#include <doctest/doctest.h>

#include "json/next_json.hpp"

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time from(1'700'000'000s); // 2023-11-14T22:13:20Z

} // namespace

TEST_CASE("the JSON of next has its times in an array")
{
    NextTimes next = next_times(Every{15min}, Zone::utc(), from, 1);
    next.zone_name = "local";
    const std::string facts =
        R"("schedule":null,"expression":"every 15m","normalized":"every 15m","explanation":")" + next.explanation +
        R"(","timezone":"local","enabled":true,"jitter_ms":0,"times":[{)"
        R"("time":"2023-11-14T22:15:00Z","due":"2023-11-14T22:15:00Z","local":"2023-11-14T22:15:00Z","zone":"UTC","note":null}])"
        R"(,"clock_changes":[])";
    CHECK(next_json(next) == R"({"schema":1,)" + facts + "}\n");
}

TEST_CASE("of all schedules the soonest time comes first")
{
    std::vector<NextTimes> all;
    all.push_back(next_times(Every{1h}, Zone::utc(), from, 1));
    all.back().schedule = "slow";
    all.push_back(next_times(Every{15min}, Zone::utc(), from, 1));
    all.back().schedule = "quick";
    const std::string json = next_json(all);
    const auto together = json.rfind(R"("times":[)");
    CHECK(json.find(R"("schedule":"quick")", together) < json.find(R"("schedule":"slow")", together));
}
