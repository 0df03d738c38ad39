#include <doctest/doctest.h>

#include "app/next_times.hpp"
#include "core/cron.hpp"
#include "os/zone_files.hpp"

using namespace escher;
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
