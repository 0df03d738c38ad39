#include "loop.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

TEST_CASE("a tick with nothing to do starts nothing and lets the lock go")
{
    Loop loop;
    const TickReport report = loop.run();
    CHECK(loop.jobs.started.empty());
    CHECK(loop.store.settles == 0);
    CHECK(loop.released == 1);
    CHECK(loop.retaken == 0);
    REQUIRE(loop.store.ticks.size() == 1);
    CHECK(loop.store.ticks[0].id == 7);
    CHECK(loop.store.ticks[0].ended_at.has_value());
    CHECK(report.record.claimed == 0);
}

TEST_CASE("all due jobs run, never more at once than the limit")
{
    Loop loop;
    std::vector<JobId> ids;
    for (int i = 0; i < 7; ++i) {
        ids.push_back(loop.store.add(loop.clock.now()));
        loop.jobs.script(ids.back(), Exited{0}, std::chrono::seconds(1 + i % 3));
    }
    const TickReport report = loop.run();
    for (const JobId id : ids)
        CHECK(loop.job(id).state == JobState::completed);
    CHECK(loop.jobs.most_running == 2);
    CHECK(report.record.completed == 7);
    CHECK(report.record.failed == 0);
}

TEST_CASE("a job that fails without retries is failed, with the exit status as the reason")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.jobs.script(id, Exited{3});
    const TickReport report = loop.run();
    CHECK(loop.job(id).state == JobState::failed);
    CHECK(loop.job(id).reason == "exit status 3");
    CHECK(report.record.failed == 1);
}

TEST_CASE("a job with retries waits for its next attempt, and the tick does not wait with it")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now(), [](Job& job) { job.retries = 2; });
    loop.jobs.script(id, Exited{1});
    const Time before = loop.clock.now();
    loop.run();
    CHECK(loop.job(id).state == JobState::retryable);
    CHECK(loop.job(id).run_at == before + 16s);
    CHECK(loop.job(id).attempts == 1);
}

TEST_CASE("attempts end at the limit")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now(), [](Job& job) { job.retries = 2; });
    for (int i = 0; i < 5; ++i)
        loop.jobs.script(id, Signaled{11, false, false});
    for (int i = 0; i < 5; ++i) {
        loop.run();
        loop.clock.advance(24h);
    }
    CHECK(loop.job(id).state == JobState::failed);
    CHECK(loop.job(id).attempts == 3);
    CHECK(loop.jobs.started.size() == 3);
}

TEST_CASE("a job created while the tick lives starts in the same tick")
{
    Loop loop;
    const JobId lasting = loop.store.add(loop.clock.now());
    loop.jobs.script(lasting, Exited{0}, 30s);
    std::optional<JobId> late;
    const Time start = loop.clock.now();
    loop.jobs.before_wait = [&] {
        if (!late && loop.clock.now() >= start + 5s)
            late = loop.store.add(loop.clock.now());
    };
    Time late_started{};
    loop.events.started = [&](const Claim& claim) {
        if (late && claim.job.id == *late)
            late_started = loop.clock.now();
    };
    loop.run();
    REQUIRE(late.has_value());
    CHECK(loop.job(*late).state == JobState::completed);
    CHECK(late_started <= start + 7s);
}

TEST_CASE("a job that falls due while the tick lives starts when it is due")
{
    Loop loop;
    const Time start = loop.clock.now();
    loop.jobs.script(loop.store.add(start), Exited{0}, 30s);
    const JobId due = loop.store.add(start, [&](Job& job) {
        job.state = JobState::scheduled;
        job.run_at = start + 10s;
    });
    Time started{};
    loop.events.started = [&](const Claim& claim) {
        if (claim.job.id == due)
            started = loop.clock.now();
    };
    loop.run();
    CHECK(started >= start + 10s);
    CHECK(started <= start + 11s);
}

TEST_CASE("a tick that has lost the lock sees its jobs home and claims no more")
{
    Loop loop;
    const JobId mine = loop.store.add(loop.clock.now());
    loop.jobs.script(mine, Exited{0}, 90s);
    std::optional<JobId> late;
    loop.jobs.before_wait = [&] {
        if (!loop.newer_tick && loop.jobs.running() == 1) {
            loop.newer_tick = true;
            late = loop.store.add(loop.clock.now());
        }
    };
    loop.run();
    CHECK(loop.job(mine).state == JobState::completed);
    REQUIRE(late.has_value());
    CHECK(loop.job(*late).state == JobState::available);
    CHECK(loop.released == 0); // still_ours() let it go
}

TEST_CASE("a tick does not wait for the run that it was started in")
{
    Loop loop;
    loop.config.run.concurrency = 1;
    loop.setup.outer_runs = {loop.add_theirs(Liveness::supervised)};
    const JobId inner = loop.store.add(loop.clock.now());
    loop.run();
    CHECK(loop.job(inner).state == JobState::completed);
}

TEST_CASE("a tick that finds every slot taken by an older tick stays to fill those that come free")
{
    Loop loop;
    for (int slot = 0; slot < 2; ++slot)
        loop.add_theirs(Liveness::supervised);
    const JobId waiting = loop.store.add(loop.clock.now());
    int turns = 0;
    loop.jobs.before_wait = [&] {
        if (++turns == 5)
            loop.end_theirs(JobId{1});
    };
    const Time begin = loop.clock.now();
    loop.run();
    CHECK(loop.job(waiting).state == JobState::completed);
    CHECK(loop.job(JobId{2}).state == JobState::running);
    CHECK_MESSAGE(loop.clock.now() - begin >= 3s, "it waits, it does not spin");
}

TEST_CASE("a tick does not stay for slots that nobody will free, nor without a job that wants one")
{
    for (const Liveness liveness : {Liveness::doubtful, Liveness::supervised}) {
        CAPTURE(static_cast<int>(liveness));
        Loop loop;
        for (int slot = 0; slot < 2; ++slot)
            loop.add_theirs(liveness);
        if (liveness == Liveness::doubtful)
            loop.store.add(loop.clock.now());
        const Time begin = loop.clock.now();
        loop.run();
        CHECK(loop.clock.now() == begin);
        CHECK(loop.released == 1);
    }
}

TEST_CASE("a job whose creator saw the lock held just before it was let go is not left behind")
{
    Loop loop;
    std::optional<JobId> late;
    loop.on_release = [&] {
        if (!late)
            late = loop.store.add(loop.clock.now());
    };
    loop.run();
    REQUIRE(late.has_value());
    CHECK(loop.job(*late).state == JobState::completed);
    CHECK(loop.retaken == 1);
    CHECK(loop.released == 2);
}

TEST_CASE("if another tick has taken the lock meanwhile, the job is left to it")
{
    Loop loop;
    loop.retake_succeeds = false;
    std::optional<JobId> late;
    loop.on_release = [&] { late = loop.store.add(loop.clock.now()); };
    loop.run();
    CHECK(loop.job(*late).state == JobState::available);
    CHECK(loop.retaken == 1);
}

TEST_CASE("a detached tick lingers for a burst of creators")
{
    Loop loop;
    loop.setup.linger = 1s;
    const Time start = loop.clock.now();
    std::vector<JobId> burst;
    loop.jobs.before_wait = [&] {
        if (burst.size() < 5 && loop.clock.now() >= start + burst.size() * 300ms)
            burst.push_back(loop.store.add(loop.clock.now()));
    };
    loop.run();
    REQUIRE(burst.size() == 5);
    for (const JobId id : burst)
        CHECK(loop.job(id).state == JobState::completed);
    CHECK(loop.released == 1);
}

TEST_CASE("the loop does not spin while its only slot is taken")
{
    Loop loop;
    loop.config.run.concurrency = 1;
    for (int i = 0; i < 3; ++i)
        loop.jobs.script(loop.store.add(loop.clock.now()), Exited{0}, 60s);
    loop.run();
    // Three minutes at a wake-up a second, and a few around each start and end.
    CHECK(loop.jobs.waits.size() < 220);
}

TEST_CASE("finished jobs are pruned, their output first")
{
    Loop loop;
    const JobId old = loop.store.add(loop.clock.now(), [](Job& job) { job.state = JobState::completed; });
    loop.store.to_expire.push_back({old, {RunId{1}}});
    const TickReport report = loop.run();
    CHECK(loop.jobs.discarded == std::vector<std::string>{"1.1.log"});
    CHECK_FALSE(loop.store.jobs.contains(old));
    CHECK(report.record.pruned == 1);
}

TEST_CASE("nothing is pruned by a clock that reads 1970")
{
    Loop loop;
    loop.clock.set(Time{} + 5min);
    const JobId old = loop.store.add(loop.clock.now(), [](Job& job) { job.state = JobState::completed; });
    loop.store.to_expire.push_back({old, {RunId{1}}});
    loop.run();
    CHECK(loop.store.jobs.contains(old));
}

TEST_CASE("over max_load nothing is claimed, and the tick ends")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.config.run.max_load = 4.0;
    loop.setup.load = [] { return 7.2; };
    loop.run();
    CHECK(loop.job(id).state == JobState::available);
    loop.setup.load = [] { return 4.0; };
    loop.run();
    CHECK(loop.job(id).state == JobState::completed);
}

namespace {

/// By a first tick; the next one is a minute later.
void see_schedule(Loop& loop)
{
    loop.schedule_each_minute();
    loop.run();
    CHECK(loop.jobs.started.empty()); // first seen: starts from now
    loop.clock.advance(1min);
}

} // namespace

TEST_CASE("a schedule that falls due creates its job, and the job runs in the same tick")
{
    Loop loop;
    see_schedule(loop);
    loop.run();
    REQUIRE(loop.jobs.started.size() == 1);
    CHECK(loop.jobs.started[0].argv == std::vector<std::string>{"/bin/true"});
    loop.run();
    CHECK(loop.jobs.started.size() == 1);
}

TEST_CASE("what another has decided meanwhile is not decided again")
{
    Loop loop;
    see_schedule(loop);
    loop.store.before_recording = [&] { loop.store.memory.evaluated_until = loop.clock.now(); };
    loop.run();
    CHECK(loop.jobs.started.empty());
    CHECK(loop.warnings.empty());
    loop.clock.advance(1min);
    loop.run();
    CHECK(loop.jobs.started.size() == 1);
}

TEST_CASE("a tick that lives long looks after the database meanwhile, while it holds the lock")
{
    Loop loop;
    loop.jobs.script(loop.store.add(loop.clock.now()), Exited{0}, 10min);
    loop.run();
    CHECK(loop.store.maintained > 20);
    Loop overtaken;
    overtaken.jobs.script(overtaken.store.add(overtaken.clock.now()), Exited{0}, 10min);
    overtaken.jobs.before_wait = [&] { overtaken.newer_tick = true; };
    overtaken.run();
    CHECK(overtaken.store.maintained == 0);
}
