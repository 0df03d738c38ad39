#include "core/reason.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace std::chrono_literals;

namespace {

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2020) / 6 / 1) + 12h;

Job waiting()
{
    Job job;
    job.id = JobId{5};
    job.queue = "default";
    job.run_at = noon - 1min;
    return job;
}

Circumstances healthy()
{
    Circumstances circumstances;
    circumstances.limits.concurrency = 2;
    circumstances.last_tick.emplace();
    circumstances.last_tick->started_at = noon - 41s;
    circumstances.last_tick->ended_at = noon - 40s;
    circumstances.clock = [](Time time) {
        const auto of_day =
            std::chrono::floor<std::chrono::minutes>(time) - std::chrono::floor<std::chrono::days>(time);
        const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(of_day).count();
        const std::string rest = std::to_string(100 + minutes % 60).substr(1);
        return std::to_string(minutes / 60) + ":" + rest;
    };
    return circumstances;
}

} // namespace

TEST_CASE("a job that runs or completed needs no reason, one that is being stopped says so")
{
    Job job = waiting();
    job.state = JobState::completed;
    CHECK(reason_of(job, healthy(), noon) == "");
    job.state = JobState::running;
    CHECK(reason_of(job, healthy(), noon) == "");
    job.cancel_requested_at = noon;
    CHECK(reason_of(job, healthy(), noon) == "is being cancelled");
    auto foreign = healthy();
    foreign.elsewhere = [](const Job&) { return true; };
    CHECK(reason_of(job, foreign, noon).starts_with("runs on another host"));
    Circumstances alone = healthy();
    alone.unsupervised = "unsupervised: its tick is gone";
    CHECK(reason_of(job, alone, noon) == "unsupervised: its tick is gone");
}

TEST_CASE("a finished job's reason is the stored one")
{
    Job job = waiting();
    for (const JobState state : {JobState::failed, JobState::cancelled, JobState::invalid}) {
        job.state = state;
        job.reason = "exit status 3";
        CHECK(reason_of(job, healthy(), noon) == "exit status 3");
    }
}

TEST_CASE("a job that is due later says when")
{
    Job job = waiting();
    job.state = JobState::scheduled;
    job.run_at = noon + 125min;
    CHECK(reason_of(job, healthy(), noon) == "scheduled for 14:05 (in 2 h 5 m)");
    job.state = JobState::retryable;
    job.reason = "exit status 3";
    CHECK(reason_of(job, healthy(), noon) == "exit status 3; next attempt 14:05 (in 2 h 5 m)");
}

TEST_CASE("a waiting job names what it waits for, the nearest cause first")
{
    Job job = waiting();
    Circumstances now = healthy();
    now.limits.queues["default"].concurrency = 3;
    CHECK(reason_of(job, now, noon + 19s) == "next tick in 41 s");

    now.load = 7.2;
    now.max_load = 4.0;
    CHECK(reason_of(job, now, noon) == "load 7.2 over 4.0");
    now.load = 0.257;
    now.max_load = 0.01;
    CHECK(reason_of(job, now, noon) == "load 0.26 over 0.01");
    now.load.reset();
    CHECK(reason_of(job, now, noon) == "the load of this machine is not known, and nothing starts over 0.01");

    now.taken.running = 2;
    CHECK(reason_of(job, now, noon) == "all slots are taken (2/2)");

    job.concurrency_key = "K";
    now.taken.by_key[{"default", "K"}] = {JobId{3}};
    CHECK(reason_of(job, now, noon) == "key 'K' is busy with job 3");

    now.taken.by_queue["default"] = 3;
    CHECK(reason_of(job, now, noon) == "queue 'default' is at its limit (3/3)");

    now.taken.pauses = {{"default", noon - 1h, noon + 10min, "root", "upgrade"}};
    CHECK(reason_of(job, now, noon) == "queue 'default' is paused by root for another 10 m: upgrade");

    now.last_tick->ended_at = noon - 12min;
    CHECK(reason_of(job, now, noon) == "no tick for 12 m: cron seems stopped");
    now.last_tick.reset();
    CHECK(reason_of(job, now, noon) == "no tick has run yet: is the crontab line in place?");

    now.rejection = [](const Job&) { return std::optional<std::string>("task 'x' is not in the config"); };
    CHECK(reason_of(job, now, noon) == "the next tick will refuse it: task 'x' is not in the config");

    job.waits_for = {{JobId{1}, false}, {JobId{2}, true}};
    CHECK(reason_of(job, now, noon) == "waits for job 1, 2 to complete");
    job.waits_for = {{JobId{2}, true}};
    CHECK(reason_of(job, now, noon) == "waits for job 2 to end");
}

TEST_CASE("position and estimated start come from the slots and the usual duration")
{
    const Job job = waiting();
    Circumstances now = healthy();
    now.position = 1;
    CHECK(reason_of(job, now, noon + 19s) == "next tick in 41 s, position 1, estimated start 12:01");
    now.position = 3; // two slots free: the third waits for one of them
    CHECK(reason_of(job, now, noon + 19s) == "next tick in 41 s, position 3");
    now.usual_duration = 2h;
    CHECK(reason_of(job, now, noon + 19s) == "next tick in 41 s, position 3, estimated start 14:01");
    now.tick_lives = true;
    CHECK(reason_of(job, now, noon) == "a tick is about to start it, position 3, estimated start 14:00");
    now.taken.running = 2;
    CHECK(reason_of(job, now, noon) == "all slots are taken (2/2), position 3, estimated start 16:00");
}

TEST_CASE("a live tick is no stopped cron, however old the last record")
{
    Circumstances now = healthy();
    now.last_tick.reset();
    now.tick_lives = true;
    CHECK(reason_of(waiting(), now, noon) == "a tick is about to start it");
}
