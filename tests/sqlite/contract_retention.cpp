#include "contract.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

namespace {

std::vector<JobId> expired_ids(Store& store, const Retention& retention, bool by_count, Time now, int limit = 100)
{
    std::vector<JobId> result;
    for (const auto& one : store.expired(retention, by_count, now, limit))
        result.push_back(one.job);
    return result;
}

} // namespace

TEST_CASE("finished jobs expire by the age of their state, the oldest first")
{
    const auto store = new_store();
    const auto first = run_one(*store, command(), JobState::completed, start);
    const auto second = run_one(*store, command(), JobState::completed, start + hours(1));
    const auto failed = run_one(*store, command(), JobState::failed, start);
    create_one(*store, command());
    Retention retention;
    retention.completed = hours(10);
    retention.failed = hours(20);
    CHECK(expired_ids(*store, retention, false, start + hours(9)).empty());
    CHECK(expired_ids(*store, retention, false, start + hours(11)) == std::vector{first, second});
    CHECK(expired_ids(*store, retention, false, start + hours(11), 1) == std::vector{first});
    CHECK(expired_ids(*store, retention, false, start + hours(20)) == std::vector{first, failed, second});
    CHECK(expired_ids(*store, retention, false, Time{}).empty());
    retention.completed.reset();
    CHECK(expired_ids(*store, retention, false, start + hours(20)) == std::vector{failed});
    const auto runs = store->expired(retention, false, start + hours(20), 1).at(0).runs;
    CHECK(runs == std::vector{store->runs(failed).at(0).id});
}

TEST_CASE("beyond the newest to keep the oldest expire")
{
    const auto store = new_store();
    std::vector<JobId> jobs;
    for (int i = 0; i < 5; ++i)
        jobs.push_back(
            run_one(*store, command(), i % 2 == 0 ? JobState::completed : JobState::failed, start + hours(i)));
    Retention retention{std::nullopt, std::nullopt, std::nullopt, 3};
    CHECK(expired_ids(*store, retention, false, start + hours(9)).empty());
    CHECK(expired_ids(*store, retention, true, start + hours(9)) == std::vector{jobs[0], jobs[1]});
    CHECK(expired_ids(*store, retention, true, start + hours(9), 1) == std::vector{jobs[0]});
    retention.keep = 5;
    CHECK(expired_ids(*store, retention, true, start + hours(9)).empty());
}

TEST_CASE("a job is erased with all that belongs to it, and its id is not given again")
{
    const auto store = new_store();
    const auto job = create_one(*store, command());
    const auto run = claim(*store, slots(1)).at(0).run;
    store->add_message(job, {run, start, MessageLevel::info, "x"});
    store->set_note(job, run, {"k", "1", start});
    auto next = command();
    next.after = {{job, false}};
    const auto waiting = create_one(*store, next);
    store->erase(std::vector{job, waiting});
    CHECK(store->find(job));
    report(*store, finished(run, JobState::completed));
    store->erase(std::vector{job, waiting});
    CHECK_FALSE(store->find(job));
    CHECK(store->runs(job).empty());
    CHECK(store->messages(job).empty());
    CHECK(store->notes(job).empty());
    CHECK(ids(claim(*store, slots(1))) == std::vector{waiting});
    const auto last = run_one(*store, command(), JobState::completed);
    store->erase(std::vector{last});
    CHECK(create_one(*store, command()) > last);
    store->erase({});
}

TEST_CASE("what ended within the longest window of a rate stays, whatever its age and number")
{
    const auto store = new_store();
    for (int i = 0; i < 3; ++i)
        run_one(*store, command(), JobState::completed, start + minutes(i));
    Retention retention;
    retention.completed = seconds(1);
    retention.keep = 0;
    retention.at_least = hours(1);
    CHECK(store->expired(retention, true, start + minutes(61), 9).size() == 2);
    retention.at_least = Duration::zero();
    CHECK(store->expired(retention, true, start + minutes(61), 9).size() == 3);
}
