#include "tick/orphans.hpp"

#include "fake_executor.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::test;

namespace {

const RunnerIdentity self{{42, 1, "boot"}, 5000};
const RunnerIdentity other{{9, 1, "boot"}, 6000};

/// One run, and what the kernel says of it.
struct OneRun {
    FakeClock clock;
    FakeExecutor jobs{clock};
    Config config;
    Orphans orphans;
    RunningJob running;

    explicit OneRun(Liveness liveness, const RunnerIdentity& runner = other)
    {
        running.job.id = JobId{3};
        running.job.work = Command{{"/bin/true"}};
        running.run.id = RunId{7};
        running.run.job = JobId{3};
        running.run.attempt = 1;
        running.run.runner = runner;
        jobs.others[RunId{7}] = liveness;
    }

    OrphanLook look() { return orphans.look({running}, jobs, config, self, clock.now(), 0.5); }
};

} // namespace

TEST_CASE("the run of a dead tick is lost")
{
    OneRun one(Liveness::dead);
    const OrphanLook look = one.look();
    REQUIRE(look.reports.size() == 1);
    const auto& report = std::get<RunFinished>(look.reports[0]);
    CHECK(report.run == RunId{7});
    CHECK(std::get<Lost>(report.outcome).message == "its runner (pid 9) died, the result is unknown");
    CHECK(report.next.state == JobState::failed);
    CHECK(look.warnings.empty());
    CHECK_FALSE(one.orphans.awaited());
}

TEST_CASE("a run that was never executed is undone, with its empty output")
{
    OneRun one(Liveness::never_executed);
    const OrphanLook look = one.look();
    REQUIRE(look.reports.size() == 1);
    CHECK(std::get<RunUndone>(look.reports[0]).run == RunId{7});
    CHECK(one.jobs.discarded == std::vector<std::string>{"3.7.log"});
}

TEST_CASE("a claim of this very tick that it does not know is undone, whatever the kernel says")
{
    OneRun one(Liveness::supervised, self);
    const OrphanLook look = one.look();
    REQUIRE(look.reports.size() == 1);
    CHECK(std::holds_alternative<RunUndone>(look.reports[0]));
}

TEST_CASE("the run of a living tick is no orphan")
{
    OneRun one(Liveness::supervised);
    const OrphanLook look = one.look();
    CHECK(look.reports.empty());
    CHECK(look.warnings.empty());
    CHECK_FALSE(one.orphans.awaited());
}

TEST_CASE("a doubtful run is told and left alone")
{
    OneRun one(Liveness::doubtful);
    const OrphanLook look = one.look();
    CHECK(look.reports.empty());
    CHECK(look.warnings == std::vector<std::string>{"cannot tell whether run 7 of job 3 still lives: it is left as "
                                                    "running and not retried"});
    CHECK_FALSE(one.orphans.awaited());
}

TEST_CASE("killed processes are awaited until they are gone")
{
    OneRun one(Liveness::orphaned);
    CHECK(one.look().reports.empty());
    CHECK(one.jobs.killed_remains == std::vector<RunId>{RunId{7}});
    CHECK(one.orphans.awaited());
    CHECK(one.look().reports.size() == 1); // the fake's have died of it
    CHECK_FALSE(one.orphans.awaited());
}

TEST_CASE("processes that outlive KILL are awaited a hundred looks, then told")
{
    OneRun one(Liveness::orphaned);
    one.jobs.remains_outlive_kill = true;
    for (int look = 1; look < 100; ++look) {
        CHECK(one.look().warnings.empty());
        CHECK(one.orphans.awaited());
    }
    CHECK(one.look().warnings ==
          std::vector<std::string>{"processes of job 3 outlive KILL: it is left as running and not retried"});
    CHECK_FALSE(one.orphans.awaited());
}

TEST_CASE("orphans that another tick looks after are not awaited")
{
    OneRun one(Liveness::orphaned);
    one.jobs.remains_outlive_kill = true;
    CHECK(one.look().reports.empty());
    one.orphans.leave();
    CHECK_FALSE(one.orphans.awaited());
}
