#include <doctest/doctest.h>

#include "cli/once_display.hpp"

#include <csignal>

using namespace escher;
using namespace escher::cli;
using namespace std::chrono_literals;

namespace {

Claim claim_of(std::int64_t job, std::int64_t run, const std::string& name)
{
    Claim claim;
    claim.job.id = JobId{job};
    claim.job.name = name;
    claim.run = RunId{run};
    return claim;
}

RunFinished finished(std::int64_t run, Outcome outcome, JobState next, Time at)
{
    RunFinished end;
    end.run = RunId{run};
    end.outcome = std::move(outcome);
    end.next.state = next;
    end.at = at;
    return end;
}

struct Screen {
    explicit Screen(Look look, bool quiet = false)
        : display(
              look, quiet, nullptr, [this] { return now; }, [this](const std::string& text) { written += text; }),
          events(display.events())
    {
    }

    Time now{1'000'000s};
    std::string written;
    OnceDisplay display;
    TickEvents events;
};

} // namespace

TEST_CASE("the exit status of a tick speaks of jobs only by hand, and of a stop signal always")
{
    struct Row {
        std::optional<int> stopped_by;
        int jobs_failed;
        bool by_hand;
        int status;
    };
    for (const Row& row : {Row{{}, 0, false, 0}, Row{{}, 3, false, 0}, Row{{}, 0, true, 0}, Row{{}, 3, true, 1},
                           Row{SIGTERM, 3, true, 143}, Row{SIGINT, 0, false, 130}}) {
        TickReport report;
        report.stopped_by = row.stopped_by;
        report.record.failed = row.jobs_failed;
        CHECK(exit_status_of(report, row.by_hand) == row.status);
    }
}

TEST_CASE("how a run ended is told in words")
{
    const Time at(1'000'000s);
    CHECK(describe_end(finished(1, Exited{0}, JobState::completed, at)) == "completed");
    CHECK(describe_end(finished(1, Exited{3}, JobState::failed, at)) == "failed: exit status 3");
    RunFinished retried = finished(1, Exited{3}, JobState::retryable, at);
    retried.next.run_at = at + 16s;
    CHECK(describe_end(retried) == "will be retried in 16 s: exit status 3");
}

TEST_CASE("in a pipe each start and end is a line with the time")
{
    Screen screen({.terminal = false, .color = false});
    screen.events.started(claim_of(7, 70, "pack"));
    screen.now += 2500ms;
    screen.events.woke();
    screen.events.ended(claim_of(7, 70, "pack"), finished(70, Exited{0}, JobState::completed, screen.now));
    CHECK(screen.written == "1970-01-12T13:46:40Z job 7 (pack) started\n"
                            "1970-01-12T13:46:42Z job 7 (pack) completed after 2.5 s\n");
}

TEST_CASE("on a terminal an ended job is a line above the live block, which is wiped at the end")
{
    Screen screen({.terminal = true, .color = false});
    screen.events.started(claim_of(7, 70, "pack"));
    screen.events.started(claim_of(8, 80, "send"));
    screen.events.woke();
    CHECK(screen.written.find("#7") != std::string::npos);
    CHECK(screen.written.find("#8") != std::string::npos);
    screen.written.clear();
    screen.events.woke();
    CHECK(screen.written.empty()); // too soon to redraw
    screen.now += 1s;
    screen.events.ended(claim_of(7, 70, "pack"), finished(70, Exited{2}, JobState::failed, screen.now));
    CHECK(screen.written == "\x1b[2A\r\x1b[Jjob 7 (pack) failed: exit status 2 after 1.0 s\n");
    screen.written.clear();
    screen.events.woke();
    CHECK(screen.written.find("#8") != std::string::npos);
    screen.written.clear();
    screen.display.finish();
    CHECK(screen.written == "\x1b[1A\r\x1b[J");
}

TEST_CASE("quiet says nothing but warnings, and still remembers what ended")
{
    Screen screen({.terminal = true, .color = false}, true);
    screen.events.started(claim_of(7, 70, "pack"));
    screen.events.woke();
    screen.events.ended(claim_of(7, 70, "pack"), finished(70, Exited{0}, JobState::completed, screen.now));
    CHECK(screen.written.empty());
    CHECK(screen.display.ended().size() == 1);
    screen.events.warning("the disk is full");
    CHECK(screen.written == "warning: the disk is full\n");
}
