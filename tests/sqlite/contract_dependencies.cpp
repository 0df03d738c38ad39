#include "contract.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

namespace {

NewJob after(JobId needed, bool any_end = false)
{
    auto job = command();
    job.after = {{needed, any_end}};
    return job;
}

} // namespace

TEST_CASE("a job waits until all that it needs has completed")
{
    const auto store = new_store();
    const auto first = create_one(*store, command());
    const auto second = create_one(*store, command());
    auto both = command();
    both.after = {{first, false}, {second, false}, {first, true}};
    const auto last = create_one(*store, both);
    CHECK(store->find(last)->waits_for.size() == 2);
    const auto claims = claim(*store, slots(9));
    CHECK(ids(claims) == std::vector{first, second});
    report(*store, finished(claims[0].run, JobState::completed));
    CHECK(store->find(last)->waits_for == std::vector{Dependency{second, false}});
    CHECK_FALSE(store->has_due(slots(9), start));
    report(*store, finished(claims[1].run, JobState::completed));
    CHECK(store->has_due(slots(9), start));
    CHECK(ids(claim(*store, slots(9))) == std::vector{last});
}

TEST_CASE("a failure cancels all that depends on it, through any depth")
{
    const auto store = new_store();
    const auto first = create_one(*store, command());
    auto last = first;
    for (int depth = 0; depth < 3000; ++depth) {
        const auto job = after(last);
        last = store->create(std::span(&job, 1), start).at(0).id;
    }
    const auto whatever = create_one(*store, after(last, true));
    report(*store, finished(claim(*store, slots(1)).at(0).run, JobState::failed));
    CHECK(state_of(*store, last) == JobState::cancelled);
    CHECK(store->find(JobId(static_cast<std::int64_t>(first) + 1))->reason ==
          "needs job " + std::to_string(static_cast<std::int64_t>(first)) + ", which failed");
    CHECK(store->find(last)->reason.find("which was cancelled") != std::string::npos);
    CHECK(store->find(last)->finished_at == start);
    CHECK(ids(claim(*store, slots(9))) == std::vector{whatever});
}

TEST_CASE("cancelling and rejecting count as failures")
{
    const auto store = new_store();
    const auto first = create_one(*store, command());
    const auto second = create_one(*store, after(first));
    store->cancel(first, "", start);
    CHECK(state_of(*store, second) == JobState::cancelled);
    const auto third = create_one(*store, command());
    const auto fourth = create_one(*store, after(third));
    report(*store, RunRejected{claim(*store, slots(1)).at(0).run, "no task"});
    CHECK(store->find(fourth)->reason.find("which is invalid") != std::string::npos);
}

TEST_CASE("what is needed may have ended before")
{
    const auto store = new_store();
    const auto done = run_one(*store, command(), JobState::completed);
    const auto failed = run_one(*store, command(), JobState::failed);
    CHECK(state_of(*store, create_one(*store, after(failed))) == JobState::cancelled);
    const auto first = create_one(*store, after(done));
    const auto second = create_one(*store, after(failed, true));
    CHECK(ids(claim(*store, slots(9))) == std::vector{first, second});
}

TEST_CASE("a retry does not revive those that were cancelled for it, but waits for what it needs itself")
{
    const auto store = new_store();
    const auto first = create_one(*store, command());
    const auto second = create_one(*store, after(first));
    const auto third = create_one(*store, after(second));
    store->cancel(first, "", start);
    CHECK(store->retry(first, start) == RetryResult::queued);
    CHECK(state_of(*store, second) == JobState::cancelled);
    CHECK(store->retry(second, start) == RetryResult::queued);
    CHECK(ids(claim(*store, slots(9))) == std::vector{first});
    CHECK(state_of(*store, third) == JobState::cancelled);
}

TEST_CASE("a retry of a job whose need failed for good runs it all the same")
{
    const auto store = new_store();
    const auto first = run_one(*store, command(), JobState::failed);
    const auto second = create_one(*store, after(first));
    REQUIRE(state_of(*store, second) == JobState::cancelled);
    CHECK(store->retry(second, start) == RetryResult::queued);
    CHECK(ids(claim(*store, slots(9))) == std::vector{second});
}
