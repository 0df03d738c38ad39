#include "loop.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

TEST_CASE("a result that cannot be recorded is kept and recorded later")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.jobs.script(id, Exited{0}, 2s);
    loop.events.started = [&](const Claim&) { loop.store.failures = 10; };
    loop.run();
    CHECK(loop.job(id).state == JobState::completed);
    CHECK(loop.warnings == std::vector<std::string>{"the database is locked"});
    CHECK(loop.jobs.started.size() == 1);
}

TEST_CASE("a commit that seemed to fail but took effect executes nothing twice and loses nothing")
{
    Loop loop;
    const JobId first = loop.store.add(loop.clock.now());
    loop.jobs.script(first, Exited{0}, 2s);
    std::optional<JobId> second;
    loop.events.started = [&](const Claim& claim) {
        if (claim.job.id == first && !second) {
            second = loop.store.add(loop.clock.now());
            loop.store.failures = 1;
            loop.store.failures_commit = true; // claims `second`, then fails
        }
    };
    loop.run();
    REQUIRE(second.has_value());
    CHECK(loop.job(first).state == JobState::completed);
    CHECK(loop.job(*second).state == JobState::completed);
    CHECK(loop.job(*second).attempts == 1);
    CHECK(loop.jobs.started.size() == 2);
}

TEST_CASE("with nothing running a store that fails ends the tick")
{
    Loop loop;
    loop.store.add(loop.clock.now());
    loop.store.failures = 1;
    CHECK_THROWS_AS(loop.run(), Error);
    CHECK(loop.jobs.started.empty());
}

TEST_CASE("a store that never comes back ends the tick at last, the job not executed again")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.store.failure_status = ErrorKind::unavailable; // the file is gone
    loop.events.started = [&](const Claim&) { loop.store.failures = 1'000'000; };
    CHECK_THROWS_AS(loop.run(), Error);
    CHECK(loop.job(id).state == JobState::running);
    CHECK(loop.jobs.started.size() == 1);
}

TEST_CASE("a result waits as long as the disk is full, were it for hours")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.events.started = [&](const Claim&) { loop.store.failures = 5000; };
    loop.run();
    CHECK(loop.job(id).state == JobState::completed);
    CHECK(loop.jobs.started.size() == 1);
}

TEST_CASE("a tick that was told to stop does not wait for a disk for ever")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.events.started = [&](const Claim&) { loop.store.failures = 1'000'000; };
    loop.jobs.before_wait = [&] {
        if (loop.jobs.waits.size() == 100)
            loop.jobs.signal = SIGTERM;
    };
    CHECK_THROWS_AS(loop.run(), Error);
    CHECK(loop.job(id).state == JobState::running);
}

TEST_CASE("a tick that was told to stop gives a store that fails its grace, and says what was not recorded")
{
    struct Case {
        Duration grace;
        Duration job; ///< how long the jobs run; the signal comes after 100 s
        ErrorKind failure;
    };
    for (const auto& [grace, duration, failure] : {Case{10s, 5s, ErrorKind::io}, Case{0s, 5s, ErrorKind::io},
                                                   Case{10s, 1h, ErrorKind::io}, Case{5s, 5s, ErrorKind::busy}}) {
        const auto& the_grace = grace.count(); // clang 14 cannot capture grace itself
        CAPTURE(the_grace);
        Loop loop;
        loop.config.run.shutdown_grace = grace;
        loop.store.failure_status = failure;
        for (int i = 0; i < 2; ++i)
            loop.jobs.script(loop.store.add(loop.clock.now()), Exited{0}, duration);
        loop.events.started = [&](const Claim&) { loop.store.failures = 1'000'000; };
        std::optional<Time> told;
        loop.jobs.before_wait = [&] {
            if (!told && loop.jobs.waits.size() == 100) {
                loop.jobs.signal = SIGTERM;
                told = loop.clock.now();
            }
        };
        std::string text;
        try {
            loop.run();
        } catch (const Error& error) {
            text = error.what();
            CHECK(error.kind() == failure);
        }
        REQUIRE(told.has_value());
        // The wait that was under way when the signal came may last a second.
        CHECK(loop.clock.now() - *told <= grace + 1s);
        CHECK_MESSAGE(text.find("the database is locked") == 0, text);
        CHECK_MESSAGE(
            text.find("2 results were not recorded: the next tick finds these runs lost") != std::string::npos, text);
        CHECK(loop.job(JobId{1}).state == JobState::running);
    }
}

TEST_CASE("a tick that was told to stop records what it can when the store is well again within the grace")
{
    Loop loop;
    loop.config.run.shutdown_grace = 10s;
    const JobId id = loop.store.add(loop.clock.now());
    loop.events.started = [&](const Claim&) { loop.store.failures = 1'000'000; };
    loop.jobs.before_wait = [&] {
        if (loop.jobs.waits.size() == 20)
            loop.jobs.signal = SIGTERM;
        if (loop.jobs.waits.size() == 25)
            loop.store.failures = 0;
    };
    CHECK(loop.run().stopped_by == SIGTERM);
    CHECK(loop.job(id).state == JobState::completed);
}
