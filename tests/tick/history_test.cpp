#include "loop.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

TEST_CASE("each claim is noted before anything of it is executed")
{
    Loop loop;
    loop.store.add(loop.clock.now());
    loop.store.add(loop.clock.now());
    std::vector<RunId> noted;
    loop.setup.note_claims = [&](std::span<const Claim> claims) -> std::optional<std::string> {
        CHECK(loop.jobs.started.size() == noted.size());
        for (const Claim& claim : claims)
            noted.push_back(claim.run);
        return std::nullopt;
    };
    const TickReport report = loop.run();
    CHECK(noted.size() == 2);
    CHECK(loop.jobs.started.size() == 2);
    CHECK_FALSE(report.held);
}

TEST_CASE("a store that was rolled back under a tick: what was claimed is taken back, and its own jobs are seen home")
{
    Loop loop;
    loop.config.run.concurrency = 1;
    const JobId first = loop.store.add(loop.clock.now());
    const JobId second = loop.store.add(loop.clock.now());
    int asked = 0;
    loop.setup.note_claims = [&](std::span<const Claim>) -> std::optional<std::string> {
        return ++asked == 1 ? std::nullopt : std::optional<std::string>("HELD: rolled back");
    };
    const TickReport report = loop.run();
    CHECK(report.held);
    CHECK(asked == 2);
    CHECK(loop.released == 1);
    CHECK(loop.retaken == 0);
    CHECK(report.record.error == "HELD: rolled back");
    CHECK(loop.job(first).state == JobState::completed);
    CHECK(loop.job(second).state == JobState::available);
    CHECK(loop.job(second).attempts == 0);
    CHECK(loop.jobs.started.size() == 1);
}

TEST_CASE("what cannot be noted is not executed, and is tried again later")
{
    Loop loop;
    const JobId job = loop.store.add(loop.clock.now());
    loop.setup.note_claims = [&](std::span<const Claim>) -> std::optional<std::string> {
        throw Error(ErrorKind::io, "cannot note what has run");
    };
    const TickReport report = loop.run();
    CHECK_FALSE(report.held);
    CHECK(loop.jobs.started.empty());
    CHECK(loop.job(job).state == JobState::available);
    CHECK(loop.job(job).attempts == 0);
    CHECK(report.record.error == "cannot note what has run");
}
