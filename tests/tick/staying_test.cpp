#include "loop.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

/// A tick that stays, beside a run of an older one.
struct Staying : Loop {
    RunId theirs = add_theirs(Liveness::supervised);
    Time begin = clock.now();

    Staying() { setup.stays = true; }

    void end_theirs() { Loop::end_theirs(JobId{1}); }
};

} // namespace

TEST_CASE("while an older tick sees a job home, the newest starts what is created, within a second")
{
    Staying loop;
    std::optional<JobId> late;
    Time started{};
    loop.events.started = [&](const Claim&) { started = loop.clock.now(); };
    loop.jobs.before_wait = [&] {
        if (!late && loop.clock.now() >= loop.begin + 2min)
            late = loop.store.add(loop.clock.now());
        if (loop.clock.now() >= loop.begin + 4min && loop.job(JobId{1}).run)
            loop.end_theirs();
    };
    loop.run();
    REQUIRE(late.has_value());
    CHECK(loop.job(*late).state == JobState::completed);
    CHECK(started <= loop.begin + 2min + 1s);
    CHECK_MESSAGE(loop.clock.now() <= loop.begin + 4min + 2s, "it ends with the last of them");
    CHECK_MESSAGE(loop.jobs.waits.size() < 260, "one look a second");
    REQUIRE(loop.store.ticks.size() == 1);
    CHECK(loop.store.ticks[0].ended_at.has_value());
}

TEST_CASE("a job of a staying tick that falls due starts when it is due")
{
    Staying loop;
    loop.store.add(loop.begin, [&](Job& job) {
        job.state = JobState::scheduled;
        job.run_at = loop.begin + 10500ms;
    });
    Time started{};
    loop.events.started = [&](const Claim&) {
        started = loop.clock.now();
        loop.end_theirs();
    };
    loop.run();
    CHECK(started == loop.begin + 10500ms);
}

TEST_CASE("a tick that does not stay ends beside a run of an older one")
{
    Staying loop;
    loop.setup.stays = false;
    loop.run();
    CHECK(loop.clock.now() == loop.begin);
    CHECK(loop.job(JobId{1}).state == JobState::running);
}

TEST_CASE("nobody stays for a run that no tick sees home")
{
    for (const Liveness liveness :
         {Liveness::doubtful, Liveness::orphaned, Liveness::dead, Liveness::never_executed}) {
        CAPTURE(static_cast<int>(liveness));
        Staying loop;
        loop.jobs.others[loop.theirs] = liveness;
        loop.jobs.remains_outlive_kill = true;
        loop.run();
        CHECK(loop.clock.now() <= loop.begin + 11s); // so long for those that outlive KILL
    }
}

TEST_CASE("nobody stays for the runs around it")
{
    Staying loop;
    loop.setup.outer_runs = {loop.theirs};
    loop.run();
    CHECK(loop.clock.now() == loop.begin);
}

TEST_CASE("a staying tick ends at once when a newer one takes over, or when it is told to")
{
    for (const bool by_signal : {false, true}) {
        CAPTURE(by_signal);
        Staying loop;
        loop.jobs.before_wait = [&] {
            REQUIRE(loop.jobs.waits.size() < 1000);
            if (loop.clock.now() < loop.begin + 1min)
                return;
            if (by_signal)
                loop.jobs.signal = SIGTERM;
            else
                loop.newer_tick = true;
        };
        const TickReport report = loop.run();
        CHECK(loop.clock.now() <= loop.begin + 1min + 1s);
        CHECK(loop.job(JobId{1}).state == JobState::running);
        CHECK(report.stopped_by.has_value() == by_signal);
        CHECK(report.record.ended_at.has_value());
    }
}

TEST_CASE("a staying tick keeps house and evaluates each minute's schedules")
{
    Staying loop;
    loop.schedule_each_minute();
    loop.jobs.before_wait = [&] {
        if (loop.clock.now() >= loop.begin + 10min && loop.job(JobId{1}).run)
            loop.end_theirs();
    };
    loop.run();
    CHECK(loop.jobs.started.size() == 10);
    CHECK(loop.store.maintained > 20);
}

TEST_CASE("if the older tick dies its run is looked after before the staying one leaves")
{
    Staying loop;
    loop.jobs.before_wait = [&] {
        if (loop.clock.now() >= loop.begin + 5s)
            loop.jobs.others[loop.theirs] = Liveness::dead;
    };
    const TickReport report = loop.run();
    CHECK(loop.job(JobId{1}).state == JobState::failed);
    CHECK(report.record.recovered == 1);
    CHECK(loop.clock.now() <= loop.begin + 7s);
}
