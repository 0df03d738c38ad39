#include <doctest/doctest.h>

#include "app/eta.hpp"

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time start(1'000'000s);

Progress at(Duration after, double percent)
{
    return {.percent = percent, .text = "", .at = start + after};
}

} // namespace

TEST_CASE("without progress nothing is estimated")
{
    EtaEstimate estimate(start);
    CHECK_FALSE(estimate.remaining(start + 10s));
    estimate.observe(at(10s, 0));
    CHECK_FALSE(estimate.remaining(start + 10s));
    estimate.observe(at(10s, 0.4));
    CHECK_FALSE(estimate.remaining(start + 10s));
}

TEST_CASE("a steady run is estimated in proportion to what it has done")
{
    struct Row {
        Duration spent;
        double percent;
        Duration left;
    };
    for (const Row& row : {Row{10s, 50, 10s}, Row{30s, 75, 10s}, Row{1s, 1, 99s}, Row{60s, 10, 540s}}) {
        EtaEstimate estimate(start);
        estimate.observe(at(row.spent, row.percent));
        CHECK(estimate.remaining(start + row.spent) == row.left);
    }
}

TEST_CASE("the estimate counts down between two reports")
{
    EtaEstimate estimate(start);
    estimate.observe(at(20s, 50));
    CHECK(estimate.remaining(start + 25s) == 15s);
}

TEST_CASE("a job that falls silent is not said to be nearly done")
{
    EtaEstimate estimate(start);
    estimate.observe(at(20s, 50));
    CHECK(estimate.remaining(start + 60s) == 60s); // half of it took at least a minute
    CHECK(*estimate.remaining(start + 120s) > *estimate.remaining(start + 60s));
}

TEST_CASE("one quick step late in a run does not throw the estimate off")
{
    EtaEstimate estimate(start);
    for (int percent = 1; percent <= 50; ++percent)
        estimate.observe(at(percent * 10s, percent));
    const Duration before = *estimate.remaining(start + 500s);
    estimate.observe(at(500s + 100ms, 60));
    const Duration after = *estimate.remaining(start + 500s + 100ms);
    CHECK(before == 500s);
    CHECK(after > 490s); // the bare proportion would say 333 s
    CHECK(after < before);
}

TEST_CASE("progress that goes back begins anew")
{
    EtaEstimate estimate(start);
    estimate.observe(at(100s, 90));
    estimate.observe(at(110s, 0));
    CHECK_FALSE(estimate.remaining(start + 110s));
    estimate.observe(at(120s, 50));
    CHECK(estimate.remaining(start + 120s) == 10s);
}

TEST_CASE("a finished job has nothing left to estimate")
{
    EtaEstimate estimate(start);
    estimate.observe(at(10s, 50));
    estimate.observe(at(20s, 100));
    CHECK_FALSE(estimate.remaining(start + 20s));
}

TEST_CASE("a clock that went back or a hopeless rate do not overflow")
{
    EtaEstimate estimate(start);
    estimate.observe(at(-10s, 50));
    CHECK_FALSE(estimate.remaining(start));
    estimate.observe(at(24h * 3650, 0.6));
    const auto left = estimate.remaining(start + 24h * 3650);
    REQUIRE(left);
    CHECK(*left <= 24h * 365);
}
