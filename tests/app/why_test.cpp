#include <doctest/doctest.h>

#include "app/why.hpp"

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time now{1'900'000'000s};

Job waiting(int id, const std::string& queue, int priority, Duration waited)
{
    Job job;
    job.id = JobId{id};
    job.queue = queue;
    job.priority = priority;
    job.run_at = now - waited;
    return job;
}

} // namespace

TEST_CASE("positions are those of selection, as if there were slots for all")
{
    std::vector<Job> jobs = {waiting(1, "a", 0, 5s), waiting(2, "a", -1, 1s), waiting(3, "a", 0, 9s)};
    SelectionLimits limits;
    limits.concurrency = 1;
    Occupancy taken;
    taken.running = 1;
    const auto found = positions(jobs, limits, taken, now);
    CHECK(found == std::map<JobId, int>{{JobId{2}, 1}, {JobId{3}, 2}, {JobId{1}, 3}});
}

TEST_CASE("a job that has come due has its position before a tick has promoted it")
{
    std::vector<Job> jobs = {waiting(1, "a", 0, 1s), waiting(2, "a", 0, 9s), waiting(3, "a", 0, 5s),
                             waiting(4, "a", 0, -1s), waiting(5, "a", 0, 20s)};
    jobs[1].state = JobState::scheduled;
    jobs[2].state = JobState::retryable;
    jobs[3].state = JobState::scheduled;
    jobs[4].state = JobState::running;
    CHECK(positions(jobs, {}, {}, now) == std::map<JobId, int>{{JobId{2}, 1}, {JobId{3}, 2}, {JobId{1}, 3}});
}

TEST_CASE("jobs that wait for more than a slot have no position")
{
    std::vector<Job> jobs = {waiting(1, "paused", 0, 5s), waiting(2, "a", 0, 1s), waiting(3, "a", 0, 9s)};
    jobs[2].waits_for.push_back({JobId{1}, false});
    Occupancy taken;
    taken.pauses.push_back({"paused", now - 1h, std::nullopt, "me", ""});
    CHECK(positions(jobs, {}, taken, now) == std::map<JobId, int>{{JobId{2}, 1}});
    CHECK(positions({}, {}, taken, now).empty());
}

TEST_CASE("with aging a job that waited long stands before one of a better priority")
{
    const std::vector<Job> jobs = {waiting(1, "a", 0, 0s), waiting(2, "a", 5, 10min)};
    SelectionLimits limits;
    CHECK(positions(jobs, limits, {}, now).at(JobId{1}) == 1);
    limits.aging = 1min;
    CHECK(positions(jobs, limits, {}, now).at(JobId{2}) == 1);
}
