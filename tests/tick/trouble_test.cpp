#include "loop.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <memory>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

const RunnerIdentity dead_runner{{9, 1, "boot"}, 6000};

} // namespace

TEST_CASE("a run whose runner died is lost, and a job without retries fails")
{
    Loop loop;
    const RunId run = loop.store.add_running(loop.clock.now(), dead_runner);
    loop.jobs.others[run] = Liveness::dead;
    const TickReport report = loop.run();
    const Job& job = loop.job(JobId{1});
    CHECK(job.state == JobState::failed);
    CHECK(std::holds_alternative<Lost>(loop.store.all_runs.at(run).outcome.value()));
    CHECK(job.reason.find("lost") != std::string::npos);
    CHECK(report.record.recovered == 1);
    CHECK(loop.jobs.started.empty());
}

TEST_CASE("a lost job with attempts left is retried")
{
    Loop loop;
    const RunId run = loop.store.add_running(loop.clock.now(), dead_runner, [](Job& job) { job.retries = 1; });
    loop.jobs.others[run] = Liveness::dead;
    loop.run();
    CHECK(loop.job(JobId{1}).state == JobState::retryable);
    loop.clock.advance(1min);
    loop.run();
    CHECK(loop.job(JobId{1}).state == JobState::completed);
    CHECK(loop.job(JobId{1}).attempts == 2);
}

TEST_CASE("a lost job whose cancellation had been asked for is cancelled, not retried")
{
    Loop loop;
    const RunId run = loop.store.add_running(loop.clock.now(), dead_runner, [&](Job& job) {
        job.retries = 3;
        job.cancel_requested_at = loop.clock.now();
    });
    loop.jobs.others[run] = Liveness::dead;
    loop.run();
    CHECK(loop.job(JobId{1}).state == JobState::cancelled);
}

TEST_CASE("a claim that was never executed is undone, uncharged, and runs")
{
    Loop loop;
    const RunId run = loop.store.add_running(loop.clock.now(), dead_runner);
    loop.jobs.others[run] = Liveness::never_executed;
    loop.run();
    CHECK(loop.job(JobId{1}).state == JobState::completed);
    CHECK(loop.job(JobId{1}).attempts == 1);
}

TEST_CASE("what is left of an orphaned run is killed before its job may run again")
{
    Loop loop;
    const RunId run = loop.store.add_running(loop.clock.now(), dead_runner, [](Job& job) { job.retries = 1; });
    loop.config.policies.defaults.backoff = std::vector<Duration>{0ms};
    loop.jobs.others[run] = Liveness::orphaned;
    loop.run();
    CHECK(loop.jobs.killed_remains == std::vector<RunId>{run});
    CHECK(loop.job(JobId{1}).state == JobState::completed);
}

TEST_CASE("runs of a live tick, and doubtful ones, are left alone")
{
    for (const Liveness liveness : {Liveness::supervised, Liveness::doubtful, Liveness::elsewhere}) {
        CAPTURE(static_cast<int>(liveness));
        Loop loop;
        const RunId run = loop.store.add_running(loop.clock.now(), dead_runner);
        loop.jobs.others[run] = liveness;
        loop.run();
        CHECK(loop.job(JobId{1}).state == JobState::running);
        CHECK(loop.warnings.size() == (liveness == Liveness::supervised ? 0 : 1));
    }
}

TEST_CASE("a program that cannot be executed counts as an attempt")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.jobs.start_results[id].push_back(NotStarted{ENOENT, "/no/such: No such file or directory"});
    loop.run();
    CHECK(loop.job(id).state == JobState::failed);
    CHECK(loop.job(id).attempts == 1);
    CHECK(loop.job(id).reason == "not started: /no/such: No such file or directory");
}

TEST_CASE("without a process to be had the claim is undone, uncharged, and said")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.jobs.start_results[id].push_back(CannotStart{"cannot fork: Resource temporarily unavailable"});
    const TickReport report = loop.run();
    CHECK(loop.job(id).state == JobState::available);
    CHECK(loop.job(id).attempts == 0);
    CHECK(loop.warnings == std::vector<std::string>{"cannot fork: Resource temporarily unavailable"});
    CHECK(report.record.error == "cannot fork: Resource temporarily unavailable");
}

TEST_CASE("after trouble starting, running jobs are seen home and claiming resumes after a rest")
{
    Loop loop;
    const JobId lasting = loop.store.add(loop.clock.now());
    loop.jobs.script(lasting, Exited{0}, 20s);
    const JobId unlucky = loop.store.add(loop.clock.now());
    loop.jobs.start_results[unlucky].push_back(CannotStart{"cannot fork"});
    loop.run();
    CHECK(loop.job(lasting).state == JobState::completed);
    CHECK(loop.job(unlucky).state == JobState::completed);
    CHECK(loop.job(unlucky).attempts == 1);
}

TEST_CASE("a job that the config does not allow becomes invalid and the others run")
{
    Loop loop;
    const JobId bad = loop.store.add(loop.clock.now(), [](Job& job) { job.work = TaskCall{"nonesuch", {}}; });
    const JobId good = loop.store.add(loop.clock.now());
    loop.run();
    CHECK(loop.job(bad).state == JobState::invalid);
    CHECK(loop.job(bad).reason.find("task 'nonesuch' is not in the config") == 0);
    CHECK(loop.job(good).state == JobState::completed);
}

TEST_CASE("a stop signal ends the jobs, gives their attempts back and is reported")
{
    Loop loop;
    const JobId first = loop.store.add(loop.clock.now());
    const JobId second = loop.store.add(loop.clock.now());
    const JobId third = loop.store.add(loop.clock.now());
    for (const JobId id : {first, second})
        loop.jobs.script(id, Exited{0}, 1h);
    loop.jobs.before_wait = [&] {
        if (loop.jobs.running() == 2)
            loop.jobs.signal = SIGTERM;
    };
    const TickReport report = loop.run();
    CHECK(report.stopped_by == SIGTERM);
    CHECK(loop.jobs.stopped.size() == 2);
    CHECK(loop.job(first).state == JobState::retryable);
    CHECK(loop.job(first).attempts == 0);
    CHECK(loop.job(first).reason == "cancelled by shutdown");
    CHECK(loop.job(third).state == JobState::available);
    CHECK(report.record.failed == 0);
    CHECK(loop.released == 1);
    CHECK(loop.retaken == 0);
}

TEST_CASE("a running job whose cancellation is asked for is stopped")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now(), [](Job& job) { job.retries = 5; });
    loop.jobs.script(id, Exited{0}, 1h);
    loop.jobs.before_wait = [&] {
        if (loop.jobs.running() == 1) {
            loop.store.to_cancel = {*loop.job(id).run};
            loop.store.has_changed = true;
        }
    };
    loop.run();
    CHECK(loop.job(id).state == JobState::cancelled);
    REQUIRE_FALSE(loop.jobs.stopped.empty());
    CHECK_FALSE(loop.jobs.stopped[0].second);
}

TEST_CASE("a tick does not wait for orphans that are another's to look after")
{
    for (const bool by_signal : {false, true}) {
        CAPTURE(by_signal);
        Loop loop;
        loop.jobs.others[loop.store.add_running(loop.clock.now(), dead_runner)] = Liveness::orphaned;
        loop.jobs.remains_outlive_kill = true;
        loop.jobs.before_wait = [&] {
            REQUIRE(loop.jobs.waits.size() < 1000);
            if (loop.jobs.waits.size() != 3)
                return;
            if (by_signal)
                loop.jobs.signal = SIGTERM;
            else
                loop.newer_tick = true;
        };
        loop.run();
        CHECK(loop.jobs.waits.size() < 10);
        CHECK(loop.job(JobId{1}).state == JobState::running);
    }
}

TEST_CASE("remains that outlive KILL do not hold the tick for ever")
{
    Loop loop;
    loop.jobs.others[loop.store.add_running(loop.clock.now(), dead_runner)] = Liveness::orphaned;
    loop.jobs.remains_outlive_kill = true;
    loop.run();
    CHECK(loop.job(JobId{1}).state == JobState::running);
    REQUIRE(loop.warnings.size() == 1);
    CHECK(loop.warnings[0].find("outlive KILL") != std::string::npos);
}

TEST_CASE("a job with a process that cannot be killed is not retried beside it")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now(), [](Job& job) { job.retries = 5; });
    loop.jobs.script(id, Lost{"process 7 does not die of KILL"});
    loop.run();
    CHECK(loop.job(id).state == JobState::failed);
    CHECK(loop.job(id).reason.find("does not die of KILL") != std::string::npos);
}

TEST_CASE("a job that this very tick has replaced is stopped")
{
    Loop loop;
    const JobId id = loop.store.add(loop.clock.now());
    loop.jobs.script(id, Exited{0}, 1h);
    const Time start = loop.clock.now();
    loop.jobs.before_wait = [&] {
        // Recorded with a schedule by this connection: no other has changed anything.
        if (loop.clock.now() >= start + 70s && loop.store.to_cancel.empty())
            loop.store.to_cancel = {*loop.job(id).run};
    };
    loop.run();
    CHECK(loop.job(id).state == JobState::cancelled);
    CHECK(loop.clock.now() < start + 3min);
}

TEST_CASE("a job of a schedule that could only start after the deadline is cancelled")
{
    Loop loop;
    Schedule schedule;
    schedule.name = "nightly";
    schedule.recurrence = Every{24h};
    schedule.zone = std::make_shared<Zone>(Zone::utc());
    schedule.deadline = 10min;
    loop.config.schedules = {schedule};
    const auto of_schedule = [&](Duration late) {
        return loop.store.add(loop.clock.now(), [&](Job& job) {
            job.schedule = "nightly";
            job.nominal_at = loop.clock.now() - late;
        });
    };
    const JobId late = of_schedule(11min);
    const JobId in_time = of_schedule(10min);
    loop.run();
    CHECK(loop.job(late).state == JobState::cancelled);
    CHECK(loop.job(late).reason == "deadline: it could start only 11 m after its due time, the schedule allows 10 m");
    CHECK(loop.job(in_time).state == JobState::completed);
}

TEST_CASE("a clock that is set back does not put off what was to happen soon")
{
    Loop loop;
    loop.jobs.script(loop.store.add(loop.clock.now()), Exited{0}, 2h);
    const JobId unlucky = loop.store.add(loop.clock.now());
    loop.jobs.start_results[unlucky].push_back(CannotStart{"cannot fork"});
    bool set_back = false;
    loop.jobs.before_wait = [&] {
        if (!std::exchange(set_back, true))
            loop.clock.advance(-1h);
    };
    std::optional<Time> started;
    loop.events.started = [&](const Claim& claim) {
        if (claim.job.id == unlucky)
            started = loop.clock.now();
    };
    const Time begin = loop.clock.now();
    loop.run();
    REQUIRE(started.has_value());
    CHECK(*started < begin - 59min);
}

TEST_CASE("a tick that cannot tell whether the lock is still its own keeps it, says so once, and works on")
{
    Loop loop;
    const JobId first = loop.store.add(loop.clock.now());
    loop.jobs.script(first, Exited{0}, 3s);
    std::optional<JobId> second;
    loop.events.started = [&](const Claim&) {
        if (!second)
            second = loop.store.add(loop.clock.now());
    };
    loop.lock.still_ours = []() -> bool { throw Error(ErrorKind::io, "cannot examine the lock file"); };
    loop.run();
    CHECK(loop.job(first).state == JobState::completed);
    CHECK(loop.job(*second).state == JobState::completed);
    CHECK(loop.warnings == std::vector<std::string>{"cannot examine the lock file"});
    CHECK(loop.released > 0);
}

TEST_CASE("a load that is not known is not a low one, and holds up no result")
{
    Loop loop;
    const JobId first = loop.store.add(loop.clock.now());
    loop.jobs.script(first, Exited{0}, 2s);
    std::optional<JobId> second;
    bool known = true;
    loop.config.run.max_load = 4;
    loop.setup.load = [&]() -> double { return known ? 1 : throw Error(ErrorKind::io, "cannot read the load"); };
    loop.events.started = [&](const Claim&) {
        known = false;
        second = loop.store.add(loop.clock.now());
    };
    loop.run();
    CHECK(loop.job(first).state == JobState::completed);
    CHECK(loop.job(*second).state == JobState::available);
    CHECK(loop.warnings == std::vector<std::string>{"cannot read the load"});
}
