#include "core/retry.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace escher;
using namespace std::chrono_literals;

namespace {

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2020) / 6 / 1) + 12h;

} // namespace

TEST_CASE("the built-in backoff is 15 + n^4 seconds, at most a day")
{
    const JobPolicy policy;
    const std::vector<std::pair<int, Duration>> table{{1, 16s},     {2, 31s},     {3, 96s},  {4, 271s},
                                                      {10, 10015s}, {17, 83536s}, {18, 24h}, {1'000'000, 24h}};
    for (const auto& [attempt, wait] : table) {
        const auto& the_attempt = attempt; // clang 14 cannot capture attempt itself
        CAPTURE(the_attempt);
        CHECK(backoff_after(attempt, policy, 0) == wait);
    }
}

TEST_CASE("jitter adds up to its percentage, never beyond a day")
{
    JobPolicy policy;
    CHECK(backoff_after(4, policy, 0.5) == 271s + 13550ms);
    CHECK(backoff_after(4, policy, 1.0) == 271s + 27100ms);
    CHECK(backoff_after(18, policy, 1.0) == Duration(24h));
    policy.jitter_percent = 0;
    CHECK(backoff_after(4, policy, 1.0) == Duration(271s));
}

TEST_CASE("a configured backoff repeats its last wait")
{
    JobPolicy policy;
    policy.backoff = {1s, 1min, 48h};
    CHECK(backoff_after(1, policy, 0) == Duration(1s));
    CHECK(backoff_after(2, policy, 0) == Duration(1min));
    CHECK(backoff_after(3, policy, 0) == Duration(24h));
    CHECK(backoff_after(9, policy, 0) == Duration(24h));
}

TEST_CASE("what becomes of a job after a run")
{
    JobPolicy policy;
    policy.retries = 2;
    struct Row {
        Outcome outcome;
        int attempt;
        JobState state;
        bool charge;
        const char* reason;
    };
    const std::vector<Row> table{
        {Exited{0}, 1, JobState::completed, true, ""},
        {Exited{0}, 3, JobState::completed, true, ""},
        {Exited{4}, 1, JobState::retryable, true, "exit status 4"},
        {Exited{4}, 2, JobState::retryable, true, "exit status 4"},
        {Exited{4}, 3, JobState::failed, true, "exit status 4"},
        {Signaled{SIGSEGV, true, false}, 3, JobState::failed, true, "killed by SIGSEGV (core dumped)"},
        {Signaled{SIGKILL, false, true}, 3, JobState::failed, true, "killed by SIGKILL (out of memory)"},
        {Signaled{SIGRTMIN, false, false}, 3, JobState::failed, true, "killed by signal 34"},
        {TimedOut{}, 3, JobState::failed, true, "timed out"},
        {NotStarted{2, "No such file"}, 3, JobState::failed, true, "not started: No such file"},
        {NotStarted{2, ""}, 1, JobState::retryable, true, "not started: No such file or directory"},
        {Lost{}, 3, JobState::failed, true, "lost: its runner died, the result is unknown"},
        {Lost{}, 2, JobState::retryable, true, "lost: its runner died, the result is unknown"},
        {Cancelled{false}, 1, JobState::cancelled, true, "cancelled while running"},
        {Cancelled{true}, 1, JobState::retryable, false, "cancelled by shutdown"},
        {Cancelled{true}, 3, JobState::retryable, false, "cancelled by shutdown"},
    };
    for (const auto& row : table) {
        CAPTURE(describe(row.outcome));
        CAPTURE(row.attempt);
        const Transition next = after_run(row.outcome, row.attempt, policy, noon, 0);
        CHECK(next.state == row.state);
        CHECK(next.charge == row.charge);
        CHECK(next.reason == row.reason);
        CHECK(next.run_at.has_value() == (row.state == JobState::retryable));
    }
}

TEST_CASE("the next attempt waits from the end of the last, but not after a shutdown")
{
    JobPolicy policy;
    policy.retries = 5;
    CHECK(after_run(Exited{1}, 2, policy, noon, 0).run_at == noon + 31s);
    CHECK(after_run(Cancelled{true}, 2, policy, noon, 0).run_at == noon);
}
