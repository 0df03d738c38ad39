#include "contract.hpp"

#include <doctest/doctest.h>

using namespace escher;
using namespace escher::contract;

namespace {

Acceptance decision(std::optional<std::set<JobId>> run)
{
    Acceptance acceptance;
    acceptance.home = "there";
    acceptance.lock = "/run/lock";
    acceptance.run = std::move(run);
    acceptance.reason = "restored";
    return acceptance;
}

} // namespace

TEST_CASE("a store tells how far its history goes, whatever has become of it")
{
    const auto store = new_store();
    CHECK(store->identity().last_run == RunId{});
    CHECK(store->identity().last_job == JobId{});
    CHECK_FALSE(store->identity().generation.empty());
    const auto job = create_one(*store, command());
    CHECK(store->identity().last_job == job);
    const auto run = claim(*store, slots(1)).at(0).run;
    CHECK(store->identity().last_run == run);
    report(*store, RunUndone{run});
    CHECK(store->identity().last_run == run);
    const auto again = claim(*store, slots(1)).at(0).run;
    report(*store, finished(again, JobState::completed));
    store->erase(std::vector{job});
    CHECK(store->identity().last_run == again);
    CHECK(store->identity().last_job == job);
}

TEST_CASE("a store remembers where it is at home")
{
    const auto store = new_store();
    CHECK(store->identity().home.empty());
    store->settle_in("here", "/one");
    store->settle_in("there", "/two");
    CHECK(store->identity().home == "there");
    CHECK(store->identity().lock == "/two");
}

TEST_CASE("what is accepted goes on under a new generation and with numbers far beyond")
{
    const auto store = new_store();
    const auto before = store->identity();
    const auto job = create_one(*store, command());
    auto all = decision(std::nullopt);
    all.beyond_run = RunId(500);
    all.beyond_job = JobId(900);
    const auto accepted = store->accept(all, start);
    CHECK(accepted.cancelled.empty());
    CHECK(state_of(*store, job) == JobState::available);
    const auto after = store->identity();
    CHECK(after.instance == before.instance);
    CHECK(after.generation == accepted.generation);
    CHECK(after.generation != before.generation);
    CHECK(after.home == "there");
    CHECK(after.lock == "/run/lock");
    CHECK(after.last_run == RunId(1'000'500));
    CHECK(after.last_job == JobId(1'000'900));
    CHECK(create_one(*store, command()) == JobId(1'000'901));
    CHECK(claim(*store, slots(1)).at(0).run == RunId(1'000'501));
    store->accept(decision(std::nullopt), start);
    CHECK(store->identity().last_run == RunId(2'000'501));
    CHECK(store->identity().generation != after.generation);
}

TEST_CASE("those that may run do, the others are cancelled with what needs them")
{
    const auto store = new_store();
    const auto chosen = create_one(*store, command());
    const auto other = create_one(*store, command());
    auto later = command();
    later.run_at = start + hours(1);
    const auto scheduled = create_one(*store, later);
    auto after_other = command();
    after_other.after = {{other, false}};
    const auto dependant = create_one(*store, after_other);
    const auto made_since = create_one(*store, command(), start + minutes(5));
    auto only = decision(std::set{chosen, dependant});
    only.made_before = start + minutes(5);
    CHECK(store->accept(only, start + minutes(6)).cancelled == std::vector{other, scheduled});
    CHECK(state_of(*store, chosen) == JobState::available);
    CHECK(state_of(*store, made_since) == JobState::available);
    CHECK(state_of(*store, other) == JobState::cancelled);
    CHECK(store->find(other)->reason == "restored");
    CHECK(state_of(*store, scheduled) == JobState::cancelled);
    CHECK(state_of(*store, dependant) == JobState::cancelled);
}

TEST_CASE("a run of another host ends as lost, and its job runs again only if it was named")
{
    const auto store = new_store();
    const auto unnamed = create_one(*store, command());
    const auto cancelled = create_one(*store, command());
    const auto named = create_one(*store, command());
    REQUIRE(claim(*store, slots(3)).size() == 3);
    SUBCASE("it is another host's")
    {
        auto only = decision(std::set{named});
        only.close_runs = true;
        CHECK(store->accept(only, start).cancelled == std::vector{unnamed, cancelled});
        CHECK(state_of(*store, named) == JobState::retryable);
        CHECK(state_of(*store, cancelled) == JobState::cancelled);
        CHECK(store->runs(named).at(0).outcome == Outcome(Lost{"restored"}));
        CHECK(store->running_jobs(std::nullopt).empty());
        CHECK(ids(claim(*store, slots(5))) == std::vector{named});
    }
    SUBCASE("it is another host's, and all may run")
    {
        auto all = decision(std::nullopt);
        all.close_runs = true;
        store->accept(all, start);
        CHECK(state_of(*store, unnamed) == JobState::failed);
        CHECK(store->running_jobs(std::nullopt).empty());
    }
    SUBCASE("it is this host's: whoever asks the kernel ends it")
    {
        store->accept(decision(std::set{named}), start);
        CHECK(state_of(*store, named) == JobState::running);
        CHECK(store->cancel_requests(std::nullopt).size() == 2);
    }
}
