#include "tick/cadence.hpp"

#include "fake_clock.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

const Time begin = FakeClock{}.now();

/// A tick that lingers for 1 s and has 10 s of grace, begun at `begin`.
Cadence cadence_of_a_tick()
{
    return {begin, 1s, 10s};
}

} // namespace

TEST_CASE("a tick begins with a look, a recovery and the schedules, and not with housekeeping")
{
    const Cadence cadence = cadence_of_a_tick();
    CHECK(cadence.may_look(begin));
    CHECK(cadence.may_recover(begin));
    CHECK(cadence.may_schedule(begin));
    CHECK_FALSE(cadence.rests(begin));
    CHECK_FALSE(cadence.may_keep_house(begin + 19s));
    CHECK(cadence.may_keep_house(begin + 20s));
}

TEST_CASE("the next look is when a job falls due, in 5 s at the latest, never at once")
{
    struct Case {
        std::optional<Time> next_due;
        Duration after;
    };
    for (const auto& [next_due, after] : {Case{std::nullopt, 5s}, Case{begin + 1h, 5s}, Case{begin + 3s, 3s},
                                          Case{begin, 100ms}, Case{begin - 1h, 100ms}}) {
        Cadence cadence = cadence_of_a_tick();
        cadence.looked(begin, next_due);
        CHECK_FALSE(cadence.may_look(begin + after - 1ms));
        CHECK(cadence.may_look(begin + after));
    }
}

TEST_CASE("nobody sleeps longer than a second, nor past the next look")
{
    Cadence cadence = cadence_of_a_tick();
    CHECK(cadence.until_look(begin) == 0ms);
    cadence.looked(begin, std::nullopt);
    CHECK(cadence.until_look(begin) == 1s);
    CHECK(cadence.until_look(begin + 4700ms) == 300ms);
    CHECK(cadence.until_look(begin + 1h) == 0ms);
    cadence.had_no_slot(begin);
    CHECK(cadence.until_look(begin + 100ms) == 900ms);
    cadence.look_now();
    CHECK(cadence.may_look(begin));
}

TEST_CASE("claiming rests for 5 s")
{
    Cadence cadence = cadence_of_a_tick();
    cadence.rest(begin);
    CHECK(cadence.rests(begin + 4999ms));
    CHECK_FALSE(cadence.rests(begin + 5s));
}

TEST_CASE("recovery comes every 10 s, and ten times a second while orphans are awaited")
{
    Cadence cadence = cadence_of_a_tick();
    cadence.recovered(begin, true);
    CHECK_FALSE(cadence.may_recover(begin + 99ms));
    CHECK(cadence.may_recover(begin + 100ms));
    cadence.recovered(begin, false);
    CHECK_FALSE(cadence.may_recover(begin + 9999ms));
    CHECK(cadence.may_recover(begin + 10s));
    cadence.recovered(begin, false);
    cadence.recover_now();
    CHECK(cadence.may_recover(begin));
}

TEST_CASE("schedules are evaluated once in each minute")
{
    Cadence cadence = cadence_of_a_tick();
    cadence.scheduled(begin + 10s);
    CHECK_FALSE(cadence.may_schedule(begin + 59s));
    CHECK(cadence.may_schedule(begin + 60s));
    CHECK_MESSAGE(cadence.may_schedule(begin - 1s), "the clock was set back: another minute");
}

TEST_CASE("a tick lingers after its last activity")
{
    Cadence cadence = cadence_of_a_tick();
    CHECK(cadence.lingers(begin + 999ms));
    CHECK_FALSE(cadence.lingers(begin + 1s));
    cadence.heed_clock(begin + 5s, begin + 4500ms);
    CHECK(cadence.lingers(begin + 5s));
    CHECK_FALSE(cadence.lingers(begin + 5500ms));
}

TEST_CASE("after a stop signal there is the grace")
{
    Cadence cadence = cadence_of_a_tick();
    cadence.stop(begin);
    CHECK(cadence.grace_left(begin + 4s) == 6s);
    CHECK(cadence.grace_left(begin + 1h) == 0s);
}

TEST_CASE("a clock that is set back puts nothing off")
{
    Cadence cadence = cadence_of_a_tick();
    cadence.looked(begin, std::nullopt);
    cadence.rest(begin);
    cadence.recovered(begin, false);
    cadence.kept_house(begin);
    cadence.stop(begin);
    const Time now = begin - 1h;
    cadence.heed_clock(now, begin); // an activity of the time to come is none
    CHECK(cadence.may_look(now));
    CHECK_FALSE(cadence.rests(now));
    CHECK(cadence.may_recover(now));
    CHECK(cadence.may_keep_house(now));
    CHECK(cadence.grace_left(now) == 10s);
    CHECK(cadence.lingers(now + 999ms));
    CHECK_FALSE(cadence.lingers(now + 1s));
}

TEST_CASE("a clock that is set back does not give a longer grace")
{
    Cadence cadence = cadence_of_a_tick();
    cadence.stop(begin);
    cadence.heed_clock(begin - 4s, std::nullopt);
    CHECK(cadence.grace_left(begin - 4s) == 10s);
}
