#include <doctest/doctest.h>

#include "loop.hpp"
#include "tick/pruning.hpp"

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

namespace {

void add_completed(Loop& loop, int count)
{
    for (int i = 0; i < count; ++i)
        loop.store.add(loop.clock.now(), [](Job& job) { job.state = JobState::completed; });
}

} // namespace

TEST_CASE("a tick prunes in bounded batches, by hand everything goes")
{
    Loop loop;
    add_completed(loop, 6000);
    Retention none;
    none.keep = 0;
    CHECK(prune(loop.store, loop.jobs, none, true, loop.clock.now()) == 5000);
    CHECK(loop.store.jobs.size() == 1000);
    add_completed(loop, 6000);
    CHECK(prunable(loop.store, none, true, loop.clock.now(), 10'000).size() == 7000);
    CHECK(prune_all(
              loop.store, [](std::span<const std::string>) {}, none, loop.clock.now())
              .size() == 7000);
    CHECK(loop.store.jobs.empty());
}

TEST_CASE("pruning by hand ends where the store holds on to a job")
{
    class Holding final : public FakeStore {
        void erase(std::span<const JobId>) override {}
    };
    Holding store;
    store.to_expire.assign(500, {JobId{77}, {RunId{1}}});
    std::size_t files = 0;
    const auto count = [&](std::span<const std::string> names) { files += names.size(); };
    CHECK(prune_all(store, count, {}, FakeClock().now()).size() == 500);
    CHECK(files == 500);
}

TEST_CASE("a clock that reads 1970 finds nothing to prune, whoever asks")
{
    Loop loop;
    add_completed(loop, 1);
    Retention none;
    none.keep = 0;
    CHECK(prunable(loop.store, none, true, Time{} + 5min, 10).empty());
    CHECK(prune_all(
              loop.store, [](std::span<const std::string>) {}, none, Time{} + 5min)
              .empty());
}
