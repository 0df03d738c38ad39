#include <doctest/doctest.h>

#include "app/next_times.hpp"
#include "cli/next_view.hpp"
#include "core/cron.hpp"
#include "os/zone_files.hpp"
#include "json/next_json.hpp"

using namespace escher;
using namespace escher::cli;
using namespace std::chrono_literals;

namespace {

const Time from(1'700'000'000s); // 2023-11-14T22:13:20Z

} // namespace

TEST_CASE("next tells as many times as were asked for, each after the one before")
{
    const NextTimes next = next_times(parse_cron("30 3 * * *", ""), Zone::utc(), from, 3);
    REQUIRE(next.times.size() == 3);
    CHECK(next.normalized == "30 3 * * *");
    CHECK_FALSE(next.explanation.empty());
    CHECK(next.times[0].local == "2023-11-15T03:30:00Z");
    CHECK(next.times[1].local == "2023-11-16T03:30:00Z");
    CHECK(next.times[2].local == "2023-11-17T03:30:00Z");
    CHECK(next.clock_changes.empty());
}

TEST_CASE("a change of the clocks is told at the time that they show until then")
{
    const auto berlin = os::load_zone("Europe/Berlin");
    REQUIRE(berlin);
    const NextTimes next = next_times(parse_cron("0 12 1 * *", ""), *berlin, from, 12);
    CHECK(next.clock_changes ==
          std::vector<std::string>{"the clocks go forward at 2024-03-31T02:00: +01:00 becomes +02:00",
                                   "the clocks go back at 2024-10-27T03:00: +02:00 becomes +01:00"});
}

TEST_CASE("what is never due again has no times")
{
    const NextTimes next = next_times(AtReboot{}, Zone::utc(), from, 3);
    CHECK(next.times.empty());
    CHECK(next.normalized == "@reboot");
}

TEST_CASE("next in a pipe is a time, what it is of, and a note a line")
{
    NextTimes next = next_times(Every{15min}, Zone::utc(), from, 2);
    CHECK(next_text(next, from, false, false) ==
          "2023-11-14T22:15:00Z\tevery 15m\t\n2023-11-14T22:30:00Z\tevery 15m\t\n");
    next.schedule = "feed";
    next.times.pop_back();
    next.times[0].note = "moved";
    CHECK(next_text(next, from, false, false) == "2023-11-14T22:15:00Z\tfeed\tmoved\n");
}

TEST_CASE("on a terminal next tells how far each time is")
{
    NextTimes next = next_times(Every{15min}, Zone::utc(), from, 1);
    next.zone_name = "UTC";
    const std::string text = next_text(next, from, true, false);
    CHECK(text.find("every 15m") == 0);
    CHECK(text.find("2023-11-14T22:15:00Z UTC") != std::string::npos);
    CHECK(text.find("in 1 m 40 s") != std::string::npos);
}

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

TEST_CASE("of all schedules only the enabled ones count, in a pipe and in the merged times")
{
    std::vector<NextTimes> all;
    for (const char* name : {"slow", "off", "quick"}) {
        all.push_back(next_times(Every{all.empty() ? 1h : 15min}, Zone::utc(), from, 2));
        all.back().schedule = name;
    }
    all[1].enabled = false;
    CHECK(next_rows(all) == "2023-11-14T22:15:00Z\tquick\t\n2023-11-14T22:30:00Z\tquick\t\n"
                            "2023-11-14T23:00:00Z\tslow\t\n2023-11-15T00:00:00Z\tslow\t\n");
    const std::string json = next_json(all);
    CHECK(json.find(R"("schedule":"off","expression")") != std::string::npos);
    CHECK(json.find(R"("schedule":"off","time")") == std::string::npos);
    CHECK(json.find(R"("schedule":"slow","time")") != std::string::npos);
}

TEST_CASE("next tells when a time is due with its jitter, and keeps the nominal time")
{
    NextTimes next = next_times(Every{15min}, Zone::utc(), from, 1, [](Time) { return Duration(65'250ms); });
    next.jitter = 5min;
    CHECK(next_text(next, from, true, false).find("  due 22:16:05 with its jitter\n") != std::string::npos);
    CHECK(next_text(next, from, false, false) == "2023-11-14T22:15:00Z\tevery 15m\t\n");
    CHECK(next_json(next).find(R"("time":"2023-11-14T22:15:00Z","due":"2023-11-14T22:16:05.250Z")") !=
          std::string::npos);
}
