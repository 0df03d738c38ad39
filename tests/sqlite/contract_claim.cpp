#include "contract.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

TEST_CASE("nothing due, nothing claimed")
{
    const auto store = new_store();
    CHECK(claim(*store, slots(5)).empty());
    CHECK_FALSE(store->has_due(slots(5), start));
    CHECK_FALSE(store->next_due());
    create_one(*store, command());
    CHECK(claim(*store, slots(0)).empty());
    CHECK_FALSE(store->has_due(slots(0), start));
}

TEST_CASE("jobs start by priority, then run_at, then id")
{
    const auto store = new_store();
    auto late = command();
    late.run_at = start - seconds(1);
    auto early = command();
    early.run_at = start - seconds(2);
    const auto last = create_one(*store, in_queue("default", 5));
    const auto third = create_one(*store, late);
    const auto second = create_one(*store, early);
    const auto first = create_one(*store, in_queue("default", -5));
    const auto fourth = create_one(*store, command());
    CHECK(ids(claim(*store, slots(2))) == std::vector{first, second});
    CHECK(ids(claim(*store, slots(9))) == std::vector{third, fourth, last});
}

TEST_CASE("a scheduled job starts at its time and not before")
{
    const auto store = new_store();
    auto job = command();
    job.run_at = start + minutes(5);
    const auto id = create_one(*store, job);
    CHECK(state_of(*store, id) == JobState::scheduled);
    CHECK(store->next_due() == start + minutes(5));
    CHECK_FALSE(store->has_due(slots(1), start + minutes(5) - Duration(1)));
    CHECK(claim(*store, slots(1), start + minutes(5) - Duration(1)).empty());
    CHECK(store->has_due(slots(1), start + minutes(5)));
    CHECK(ids(claim(*store, slots(1), start + minutes(5))) == std::vector{id});
}

TEST_CASE("no more jobs run than run.concurrency, over all ticks")
{
    const auto store = new_store();
    for (int i = 0; i < 5; ++i)
        create_one(*store, command());
    CHECK(claim(*store, slots(9, 3)).size() == 3);
    CHECK(claim(*store, slots(9, 3)).empty());
    CHECK_FALSE(store->has_due(slots(9, 3), start));
    CHECK(store->has_due(slots(9, 4), start));
}

TEST_CASE("runs around the one that selects count in no limit")
{
    const auto store = new_store();
    auto job = in_queue("slow");
    job.concurrency_key = "key";
    create_one(*store, job);
    auto request = slots(9, 1);
    request.limits.queues["slow"].concurrency = 1;
    const auto outer = claim(*store, request);
    REQUIRE(outer.size() == 1);
    const auto inner = create_one(*store, job);
    CHECK_FALSE(store->has_due(request, start));
    request.limits.outer_runs = {outer.front().run};
    CHECK(store->has_due(request, start));
    CHECK(ids(claim(*store, request)) == std::vector{inner});
    create_one(*store, job);
    CHECK_FALSE(store->has_due(request, start)); // the inner one counts
}

TEST_CASE("a full queue holds nobody else up")
{
    const auto store = new_store();
    for (int i = 0; i < 30; ++i)
        create_one(*store, in_queue("slow", -9));
    const auto other = create_one(*store, in_queue("quick"));
    auto request = slots(10);
    request.limits.queues["slow"].concurrency = 2;
    const auto claims = claim(*store, request);
    CHECK(claims.size() == 3);
    CHECK(claims.back().job.id == other);
    CHECK_FALSE(store->has_due(request, start));
    const auto taken = store->occupancy(request.limits, start);
    CHECK(taken.running == 3);
    CHECK(taken.by_queue.at("slow") == 2);
    CHECK(taken.by_queue.at("quick") == 1);
}

TEST_CASE("jobs of one concurrency key run one after the other")
{
    const auto store = new_store();
    auto keyed = command();
    keyed.concurrency_key = "customer 7";
    std::vector<NewJob> jobs(40, keyed);
    jobs.push_back(command());
    const auto created = store->create(jobs, start);
    const auto claims = claim(*store, slots(5));
    CHECK(ids(claims) == std::vector{created.front().id, created.back().id});
    CHECK_FALSE(store->has_due(slots(5), start));
    const auto taken = store->occupancy({}, start);
    CHECK(taken.by_key.at({"default", "customer 7"}) == std::vector{created.front().id});
    report(*store, finished(claims[0].run, JobState::completed));
    CHECK(ids(claim(*store, slots(5))) == std::vector{created[1].id});
}

TEST_CASE("jobs of a taken key stand in nobody's way, however many they are")
{
    const auto store = new_store();
    auto keyed = in_queue("default", -5);
    keyed.concurrency_key = "customer 7";
    store->create(std::vector<NewJob>(600, keyed), start);
    const auto own = create_one(*store, command());
    CHECK(claim(*store, slots(1)).size() == 1);
    CHECK(store->has_due(slots(9), start));
    CHECK(ids(claim(*store, slots(9))) == std::vector{own});
}

TEST_CASE("a rate counts the starts of a sliding window")
{
    const auto store = new_store();
    for (int i = 0; i < 5; ++i)
        create_one(*store, in_queue("mail"));
    auto request = slots(9);
    request.limits.queues["mail"].rate = Rate{2, minutes(1)};
    CHECK(claim(*store, request).size() == 2);
    CHECK(claim(*store, request, start + seconds(59)).empty());
    CHECK_FALSE(store->has_due(request, start + seconds(59)));
    CHECK(store->occupancy(request.limits, start + seconds(59)).starts.at("mail") == std::vector{start, start});
    CHECK(claim(*store, request, start + seconds(60)).size() == 2);
}

TEST_CASE("a paused queue starts nothing until it is resumed or its time is over")
{
    const auto store = new_store();
    create_one(*store, in_queue("mail"));
    const auto other = create_one(*store, in_queue("web"));
    store->pause({"mail", start, start + hours(1), "me", "relay down"});
    CHECK(ids(claim(*store, slots(5))) == std::vector{other});
    CHECK_FALSE(store->has_due(slots(5), start));
    const auto pauses = store->occupancy({}, start).pauses;
    REQUIRE(pauses.size() == 1);
    CHECK(pauses[0].queue == "mail");
    CHECK(pauses[0].by == "me");
    CHECK(pauses[0].reason == "relay down");
    CHECK(pauses[0].until == start + hours(1));
    CHECK(store->occupancy({}, start + hours(1)).pauses.empty());
    CHECK(store->has_due(slots(5), start + hours(1)));
    store->pause({"", start, std::nullopt, "me", ""});
    CHECK_FALSE(store->has_due(slots(5), start + hours(2)));
    CHECK(store->resume(""));
    CHECK_FALSE(store->resume(""));
    CHECK(claim(*store, slots(5), start + hours(1)).size() == 1);
    CHECK_FALSE(store->resume("mail")); // had run out, and went with the claim
}

TEST_CASE("waiting improves a priority where aging is on")
{
    const auto store = new_store();
    auto old = in_queue("default", 3);
    old.run_at = start - hours(5);
    const auto waited = create_one(*store, old);
    const auto fresh = create_one(*store, in_queue("default", 0));
    auto request = slots(1);
    CHECK(ids(claim(*store, request)) == std::vector{fresh});
    const auto fresh2 = create_one(*store, in_queue("default", 0));
    request.limits.aging = hours(1);
    CHECK(ids(claim(*store, request)) == std::vector{waited});
    CHECK(ids(claim(*store, request)) == std::vector{fresh2});
}

TEST_CASE("many queues and priorities are all found")
{
    const auto store = new_store();
    std::vector<NewJob> jobs;
    for (int queue = 0; queue < 30; ++queue)
        for (int priority = 0; priority < 3; ++priority)
            jobs.push_back(in_queue("q" + std::to_string(queue), priority));
    store->create(jobs, start);
    auto request = slots(200, 1000);
    SUBCASE("without aging") {}
    SUBCASE("with aging")
    {
        request.limits.aging = hours(1);
    }
    CHECK(claim(*store, request).size() == 90);
}

TEST_CASE("what a job reads on its stdin comes with the claim")
{
    const auto store = new_store();
    auto job = command();
    job.input = std::string("a\0\xff", 3);
    create_one(*store, job);
    create_one(*store, command());
    auto empty = command();
    empty.input = "";
    create_one(*store, empty);
    const auto claims = claim(*store, slots(3));
    REQUIRE(claims.size() == 3);
    CHECK(claims[0].input == job.input);
    CHECK_FALSE(claims[1].input);
    CHECK(claims[2].input == "");
}

TEST_CASE("a claimer takes only what it knows and serves, and leaves the rest as it is")
{
    const auto store = new_store();
    const auto task = [](const std::string& name, const std::string& queue = "default") {
        auto job = in_queue(queue);
        job.work = TaskCall{name, {}};
        return job;
    };
    const auto own = create_one(*store, command());
    const auto old = create_one(*store, task("old"));
    const auto fresh = create_one(*store, task("fresh"));
    const auto mail = create_one(*store, task("old", "mail"));
    auto late = task("fresh");
    late.run_at = start + minutes(1);
    const auto later = create_one(*store, late);
    const auto rest_available = [&](std::initializer_list<JobId> jobs) {
        for (const auto job : jobs)
            CHECK(state_of(*store, job) == JobState::available);
    };

    auto none = slots(9);
    none.known_tasks.emplace();
    none.runs_commands = false;
    CHECK_FALSE(store->has_due(none, start + hours(1)));
    CHECK(claim(*store, none, start).empty());
    rest_available({own, old, fresh, mail});

    auto posts = slots(9);
    posts.serves = {"mail"};
    CHECK(store->has_due(posts, start));
    CHECK(ids(claim(*store, posts)) == std::vector{mail});
    CHECK_FALSE(store->has_due(posts, start + hours(1)));

    auto older = slots(9);
    older.known_tasks = {"old"};
    older.runs_commands = false;
    CHECK(ids(claim(*store, older)) == std::vector{old});
    CHECK_FALSE(store->has_due(older, start + hours(1)));
    rest_available({own, fresh});

    CHECK(ids(claim(*store, slots(9))) == std::vector{own, fresh});
    CHECK(store->has_due(slots(9), start + hours(1)));
    CHECK_FALSE(store->has_due(older, start + hours(1)));
    CHECK(ids(claim(*store, slots(9), start + hours(1))) == std::vector{later});
}

TEST_CASE("what is left to others stands in nobody's way, however much it is")
{
    const auto store = new_store();
    auto foreign = in_queue("default", -5);
    foreign.work = TaskCall{"fresh", {}};
    store->create(std::vector<NewJob>(600, foreign), start);
    const auto own = create_one(*store, command());
    auto request = slots(9);
    request.known_tasks.emplace();
    CHECK(store->has_due(request, start));
    CHECK(ids(claim(*store, request)) == std::vector{own});
    CHECK_FALSE(store->has_due(request, start));
}
