#include "contract.hpp"
#include "core/output_name.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

namespace {

struct Claimed {
    StoreUnderTest store = new_store();
    JobId job = create_one(*store, command());
    Claim claim = contract::claim(*store, slots(1)).at(0);

    [[nodiscard]] Job now() const { return store->find(job).value(); }
};

} // namespace

TEST_CASE("what runs is its runner's host's")
{
    const Claimed claimed;
    claimed.store->cancel(claimed.job, "", start);
    const HostId other{2};
    REQUIRE(slots(1).runner.host != other);
    CHECK(claimed.store->runs(claimed.job).at(0).runner.host == slots(1).runner.host);
    CHECK(claimed.store->running_jobs(slots(1).runner.host).size() == 1);
    CHECK(claimed.store->running_jobs(other).empty());
    CHECK(claimed.store->running_jobs(std::nullopt).size() == 1);
    CHECK(claimed.store->cancel_requests(slots(1).runner.host) == std::vector{claimed.claim.run});
    CHECK(claimed.store->cancel_requests(other).empty());
    CHECK(claimed.store->cancel_requests(std::nullopt) == std::vector{claimed.claim.run});
}

TEST_CASE("a claim is a run that its runner holds")
{
    const Claimed claimed;
    CHECK(claimed.claim.job.id == claimed.job);
    CHECK(claimed.claim.job.state == JobState::running);
    CHECK(claimed.claim.attempt == 1);
    const auto job = claimed.now();
    CHECK(job.state == JobState::running);
    CHECK(job.run == claimed.claim.run);
    CHECK(job.attempts == 1);
    const auto runs = claimed.store->runs(claimed.job);
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].runner == slots(1).runner);
    CHECK(runs[0].claimed_at == start);
    CHECK_FALSE(runs[0].started_at);
    CHECK_FALSE(runs[0].outcome);
    const auto running = claimed.store->running_jobs(std::nullopt);
    REQUIRE(running.size() == 1);
    CHECK(running[0].job.id == claimed.job);
    CHECK(running[0].run.id == claimed.claim.run);
}

TEST_CASE("a report is recorded once, whether it comes once or twice")
{
    const Claimed claimed;
    const RunStarted started{claimed.claim.run, {815, 7, "boot"}, start + seconds(1)};
    CHECK(report(*claimed.store, started).stale.empty());
    CHECK(report(*claimed.store, started).stale.empty());
    CHECK(claimed.now().started_at == start + seconds(1));
    auto ended = finished(claimed.claim.run, JobState::completed, start + seconds(5));
    ended.usage = {Duration(10), Duration(20), 30};
    ended.output = {40, 5};
    CHECK(report(*claimed.store, ended).stale.empty());
    CHECK(report(*claimed.store, ended).stale.empty());
    CHECK(report(*claimed.store, started).stale.empty());
    const auto job = claimed.now();
    CHECK(job.state == JobState::completed);
    CHECK(job.finished_at == start + seconds(5));
    CHECK_FALSE(job.run);
    CHECK(job.attempts == 1);
    const auto run = claimed.store->runs(claimed.job).at(0);
    CHECK(run.outcome == Outcome(Exited{0}));
    CHECK(run.process == started.process);
    CHECK(run.ended_at == start + seconds(5));
    CHECK(run.usage.cpu_user == Duration(10));
    CHECK(run.usage.cpu_system == Duration(20));
    CHECK(run.usage.peak_memory_bytes == 30);
    CHECK(run.output.written == 40);
    CHECK(run.output.dropped == 5);
}

TEST_CASE("every outcome is read as it was recorded")
{
    const std::vector<Outcome> outcomes{Exited{3},
                                        Signaled{9, true, false},
                                        Signaled{9, false, true},
                                        TimedOut{},
                                        Cancelled{true},
                                        Cancelled{false},
                                        Lost{"unseen"},
                                        NotStarted{2, "No such file or directory"}};
    for (const auto& outcome : outcomes) {
        const Claimed claimed;
        auto ended = finished(claimed.claim.run, JobState::failed);
        ended.outcome = outcome;
        report(*claimed.store, ended);
        CHECK(claimed.store->runs(claimed.job).at(0).outcome == outcome);
    }
}

TEST_CASE("a stale report changes nothing and is named")
{
    const Claimed claimed;
    report(*claimed.store, finished(claimed.claim.run, JobState::retryable));
    REQUIRE(claimed.now().state == JobState::retryable);
    const auto second = claim(*claimed.store, slots(1), start + hours(1)).at(0);
    CHECK(second.attempt == 2);
    const auto late = finished(claimed.claim.run, JobState::completed, start + hours(2));
    CHECK(report(*claimed.store, late).stale == std::vector{claimed.claim.run});
    CHECK(claimed.now().run == second.run);
    CHECK(claimed.now().state == JobState::running);
    const std::vector<RunReport> unknown{finished(RunId(77), JobState::completed), RunUndone{RunId(78)},
                                         RunStarted{RunId(79), {}, start}, RunRejected{RunId(80), "x"}};
    CHECK(claimed.store->settle_and_claim(unknown, slots(0), start).stale ==
          std::vector{RunId(77), RunId(78), RunId(79), RunId(80)});
}

TEST_CASE("a claim that was never executed is undone and costs nothing")
{
    const Claimed claimed;
    CHECK(report(*claimed.store, RunUndone{claimed.claim.run}).stale.empty());
    CHECK(report(*claimed.store, RunUndone{claimed.claim.run}).stale.empty());
    CHECK(claimed.now().state == JobState::available);
    CHECK(claimed.now().attempts == 0);
    CHECK(claimed.store->runs(claimed.job).empty());
    const auto again = claim(*claimed.store, slots(1)).at(0);
    CHECK(again.run != claimed.claim.run);
    CHECK(again.attempt == 1);
}

TEST_CASE("a rejected run leaves an invalid job and no run")
{
    const Claimed claimed;
    CHECK(report(*claimed.store, RunRejected{claimed.claim.run, "no such task"}).stale.empty());
    CHECK(report(*claimed.store, RunRejected{claimed.claim.run, "no such task"}).stale.empty());
    CHECK(claimed.now().state == JobState::invalid);
    CHECK(claimed.now().reason == "no such task");
    CHECK(claimed.store->runs(claimed.job).empty());
    CHECK(claimed.store->retry(claimed.job, start) == RetryResult::invalid);
}

TEST_CASE("a failed attempt waits for its next one")
{
    const Claimed claimed;
    auto ended = finished(claimed.claim.run, JobState::retryable);
    ended.next.reason = "exit status 3";
    report(*claimed.store, ended);
    CHECK(claimed.now().reason == "exit status 3");
    CHECK(claimed.now().run_at == start + minutes(1));
    CHECK(claimed.store->next_due() == start + minutes(1));
    CHECK(claim(*claimed.store, slots(1), start + seconds(59)).empty());
    CHECK(claim(*claimed.store, slots(1), start + seconds(60)).size() == 1);
}

TEST_CASE("an attempt that a shutdown cut short is given back")
{
    const Claimed claimed;
    auto ended = finished(claimed.claim.run, JobState::retryable);
    ended.outcome = Cancelled{true};
    ended.next.charge = false;
    report(*claimed.store, ended);
    CHECK(claimed.now().attempts == 0);
    CHECK(claim(*claimed.store, slots(1), start + hours(1)).at(0).attempt == 1);
}

TEST_CASE("a job that is to be cancelled gets no further attempt, however its run ends")
{
    {
        const Claimed claimed;
        claimed.store->cancel(claimed.job, "enough", start);
        report(*claimed.store, finished(claimed.claim.run, JobState::retryable));
        CHECK(claimed.now().state == JobState::cancelled);
        CHECK(claimed.now().reason == "enough");
    }
    {
        const Claimed claimed;
        claimed.store->cancel(claimed.job, "enough", start);
        report(*claimed.store, RunUndone{claimed.claim.run});
        CHECK(claimed.now().state == JobState::cancelled);
    }
    {
        const Claimed claimed;
        claimed.store->cancel(claimed.job, "enough", start);
        report(*claimed.store, finished(claimed.claim.run, JobState::completed));
        CHECK(claimed.now().state == JobState::completed);
        CHECK(claimed.now().reason.empty());
    }
}

TEST_CASE("results and the claims that follow them are one transaction")
{
    const auto store = new_store();
    create_one(*store, command());
    const auto first = claim(*store, slots(1, 1)).at(0);
    const auto second = create_one(*store, command());
    CHECK(claim(*store, slots(1, 1)).empty());
    const RunReport ended = finished(first.run, JobState::completed);
    const auto settled = store->settle_and_claim(std::span(&ended, 1), slots(1, 1), start);
    CHECK(ids(settled.claims) == std::vector{second});
}

TEST_CASE("a run that comes too late leaves a cancelled job and no run")
{
    const Claimed claimed;
    CHECK(report(*claimed.store, RunRejected{claimed.claim.run, "deadline", JobState::cancelled}).stale.empty());
    CHECK(claimed.now().state == JobState::cancelled);
    CHECK(claimed.now().reason == "deadline");
    CHECK(claimed.now().attempts == 0);
    CHECK(claimed.store->runs(claimed.job).empty());
}
