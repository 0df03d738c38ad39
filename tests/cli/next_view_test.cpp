#include <doctest/doctest.h>

#include "cli/next_view.hpp"
#include "json/next_json.hpp"

using namespace escher;
using namespace escher::cli;
using namespace std::chrono_literals;

namespace {

const Time from(1'700'000'000s); // 2023-11-14T22:13:20Z

} // namespace

TEST_CASE("next in a pipe is a time, what it is of, and a note a line")
{
    NextTimes next = next_times(Every{15min}, Zone::utc(), from, 2);
    CHECK(next_text(next, from, {}) == "2023-11-14T22:15:00Z\tevery 15m\t\n2023-11-14T22:30:00Z\tevery 15m\t\n");
    next.schedule = "feed";
    next.times.pop_back();
    next.times[0].note = "moved";
    CHECK(next_text(next, from, {}) == "2023-11-14T22:15:00Z\tfeed\tmoved\n");
}

TEST_CASE("on a terminal next tells how far each time is")
{
    NextTimes next = next_times(Every{15min}, Zone::utc(), from, 1);
    next.zone_name = "UTC";
    const std::string text = next_text(next, from, {.terminal = true});
    CHECK(text.find("every 15m") == 0);
    CHECK(text.find("2023-11-14T22:15:00Z UTC") != std::string::npos);
    CHECK(text.find("in 1 m 40 s") != std::string::npos);
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
    CHECK(next_text(next, from, {.terminal = true}).find("  due 22:16:05 with its jitter\n") != std::string::npos);
    CHECK(next_text(next, from, {}) == "2023-11-14T22:15:00Z\tevery 15m\t\n");
    CHECK(next_json(next).find(R"("time":"2023-11-14T22:15:00Z","due":"2023-11-14T22:16:05.250Z")") !=
          std::string::npos);
}
