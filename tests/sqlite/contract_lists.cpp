#include "contract.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

namespace {

std::vector<JobId> listed(Store& store, const JobFilter& filter)
{
    std::vector<JobId> result;
    for (const auto& job : store.list(filter))
        result.push_back(job.id);
    return result;
}

} // namespace

TEST_CASE("a list shows what is unfinished and what has ended of late, the newest last")
{
    const auto store = new_store();
    const auto old = run_one(*store, command(), JobState::completed, start);
    const auto recent = run_one(*store, command(), JobState::failed, start + hours(30));
    auto job = in_queue("mail");
    job.schedule = "nightly";
    const auto waiting = create_one(*store, job, start + hours(30));
    JobFilter filter;
    filter.finished_since = start + hours(24);
    CHECK(listed(*store, filter) == std::vector{recent, waiting});
    filter.limit = 1;
    CHECK(listed(*store, filter) == std::vector{waiting});
    filter.unfinished_or_recent = false;
    filter.limit = 50;
    CHECK(listed(*store, filter) == std::vector{old, recent, waiting});
    filter.limit = 2;
    CHECK(listed(*store, filter) == std::vector{recent, waiting});
    filter = {};
    filter.state = JobState::completed;
    CHECK(listed(*store, filter) == std::vector{old});
    filter = {};
    filter.queue = "mail";
    CHECK(listed(*store, filter) == std::vector{waiting});
    filter = {};
    filter.unfinished_or_recent = false;
    filter.schedule = "nightly";
    CHECK(listed(*store, filter) == std::vector{waiting});
    filter.schedule = "yearly";
    CHECK(listed(*store, filter).empty());
}

TEST_CASE("a summary counts the jobs and knows the last ticks")
{
    const auto store = new_store();
    CHECK_FALSE(store->summary().last_tick);
    run_one(*store, command(), JobState::completed);
    create_one(*store, command(), start + seconds(5));
    create_one(*store, command(), start + seconds(3));
    auto later = command();
    later.run_at = start + hours(1);
    create_one(*store, later);
    TickRecord tick;
    tick.started_at = start;
    tick.pid = 12;
    tick.version = "0.1";
    tick.id = store->begin_tick(tick);
    auto ended = tick;
    ended.ended_at = start + seconds(1);
    ended.claimed = 4;
    ended.completed = 3;
    ended.failed = 1;
    ended.recovered = 2;
    ended.pruned = 5;
    store->end_tick(ended);
    auto broken = tick;
    broken.started_at = start + minutes(1);
    broken.id = store->begin_tick(broken);
    CHECK(broken.id > tick.id);
    CHECK_FALSE(store->summary().last_tick->ended_at);
    broken.ended_at = start + minutes(2);
    broken.error = "disk full";
    store->end_tick(broken);
    const auto summary = store->summary();
    CHECK(summary.jobs == std::map<JobState, std::int64_t>{
                              {JobState::completed, 1}, {JobState::available, 2}, {JobState::scheduled, 1}});
    CHECK(summary.last_tick->id == broken.id);
    CHECK(summary.last_tick->error == "disk full");
    CHECK(summary.last_success->id == tick.id);
    CHECK(summary.last_success->claimed == 4);
    CHECK(summary.last_success->pruned == 5);
    CHECK(summary.next_due == start + hours(1));
    CHECK(summary.oldest_available == start + seconds(3));
}

TEST_CASE("a summary counts how the newest ticks ended, and no older ones")
{
    const auto store = new_store();
    CHECK(store->summary().recent_ticks == TickCounts{});
    const auto tick = [&](bool ends, const std::string& error) {
        TickRecord record;
        record.started_at = start;
        record.id = store->begin_tick(record);
        record.ended_at = start + seconds(1);
        record.error = error;
        if (ends)
            store->end_tick(record);
    };
    tick(true, "disk full");
    tick(false, "");
    tick(true, "");
    CHECK(store->summary().recent_ticks == TickCounts{.succeeded = 1, .failed = 1, .unfinished = 1});
    for (int more = 2; more < Summary::ticks_counted; ++more)
        tick(true, "");
    CHECK(store->summary().recent_ticks ==
          TickCounts{.succeeded = Summary::ticks_counted - 1, .failed = 0, .unfinished = 1});
}

TEST_CASE("the usual duration is that of the last completed runs of the same task or name")
{
    const auto store = new_store();
    const auto run = [&](const NewJob& job, int duration, JobState end) {
        const auto id = create_one(*store, job);
        const auto claimed = claim(*store, slots(1)).at(0);
        report(*store, RunStarted{claimed.run, {1, 2, "boot"}, start});
        report(*store, finished(claimed.run, end, start + seconds(duration)));
        return store->find(id).value();
    };
    auto task = command();
    task.work = TaskCall{"thumbnail", {}};
    auto named = command();
    named.name = "thumbnail";
    CHECK_FALSE(store->usual_duration(run(task, 99, JobState::failed)));
    for (int i = 0; i < 12; ++i)
        run(task, i < 2 ? 1000 + i : 2000 + i, JobState::completed);
    run(named, 7, JobState::completed);
    const auto job = run(task, 2011, JobState::completed);
    CHECK(store->usual_duration(job) > seconds(2000));
    CHECK(store->usual_duration(job) < seconds(2020));
    CHECK(store->usual_duration(run(named, 9, JobState::completed)) == seconds(8));
}
