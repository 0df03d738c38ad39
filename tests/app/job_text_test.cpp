#include <doctest/doctest.h>

#include "app/job_text.hpp"

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("what a job runs is written as it could be typed")
{
    CHECK(describe(Work(Command{{"ls", "-l", "", "a b", "it's", "$HOME"}})) == "ls -l '' 'a b' 'it'\\''s' '$HOME'");
    CHECK(describe(Work(TaskCall{"mail", {{"id", "42"}, {"to", "a b"}}})) == "task mail id=42 to='a b'");
    CHECK(describe(Work(Unrunnable{"no JSON"})) == "nothing that can be run: no JSON");
}

TEST_CASE("a policy is told in a line")
{
    JobPolicy policy;
    CHECK(describe(policy) == "no timeout; no retries");
    policy.timeout = 10min;
    policy.retries = 5;
    policy.backoff = {1min, 2min};
    CHECK(describe(policy) == "timeout 10m, then KILL after 30s; 5 retries after 1m, 2m, 2m, ...");
}
