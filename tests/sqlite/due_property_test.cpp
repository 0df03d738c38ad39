#include "contract.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

/// A random database in use, by ticks and by clients of plain SQL.
class World {
public:
    explicit World(unsigned seed) : random_(seed)
    {
        request_ = slots(below(4), 1 + below(6));
        for (const char* queue : {"a", "b", "c"}) {
            if (below(2) == 0)
                request_.limits.queues[queue].concurrency = below(3);
            if (below(4) == 0)
                request_.limits.queues[queue].rate = Rate{1 + below(2), minutes(2)};
        }
        if (below(2) == 0)
            request_.limits.aging = minutes(1 + below(9));
        request_.commands = {queue(), below(3)};
        request_.tasks["t"] = {queue(), below(3)};
    }

    void step()
    {
        now_ += seconds(below(100));
        switch (below(10)) {
        case 0:
        case 1:
        case 2:
            create();
            break;
        case 3:
        case 4:
            insert();
            break;
        case 5:
        case 6:
            finish();
            break;
        case 7:
            if (below(3) == 0)
                store_->pause({below(2) == 0 ? "" : queue(), now_, now_ + seconds(below(200)), "", ""});
            else
                store_->resume(below(2) == 0 ? "" : queue());
            break;
        case 8:
            if (last_ > 0)
                place_.sql("UPDATE job SET state = 'cancelled', finished_at = 1 WHERE finished_at IS NULL "
                           "AND state <> 'running' AND id = " +
                           std::to_string(1 + below(last_)));
            break;
        default:
            if (last_ > 0)
                (void)store_->retry(JobId(1 + below(last_)), now_);
        }
        const bool due = store_->has_due(request_, now_);
        const auto claims = claim(*store_, request_, now_);
        CHECK(due == !claims.empty());
        CHECK(static_cast<int>(claims.size()) <= request_.slots);
        for (const auto& one : claims)
            runs_.push_back(one.run);
        const auto taken = store_->occupancy(request_.limits, now_);
        CHECK(taken.running == static_cast<int>(runs_.size()));
        CHECK(taken.running <= request_.limits.concurrency);
        for (const auto& [name, limits] : request_.limits.queues)
            if (limits.concurrency && taken.by_queue.contains(name))
                CHECK(taken.by_queue.at(name) <= *limits.concurrency);
        for (const auto& [key, jobs] : taken.by_key)
            CHECK(jobs.size() == 1);
    }

    [[nodiscard]] std::string integrity() const { return place_.value("PRAGMA integrity_check"); }

private:
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
    std::string queue() { return std::string(1, static_cast<char>('a' + below(3))); }

    void create()
    {
        auto job = in_queue(queue(), below(3));
        if (below(3) == 0)
            job.run_at = now_ + seconds(below(200));
        if (below(3) == 0)
            job.concurrency_key = std::to_string(below(2));
        if (last_ > 0 && below(3) == 0)
            job.after = {{JobId(1 + below(last_)), below(2) == 0}};
        last_ = static_cast<int>(create_one(*store_, job, now_));
    }

    void insert()
    {
        const char* rows[] = {"(command) VALUES ('[\"x\"]')",
                              "(task) VALUES ('t')",
                              "(command, queue) VALUES ('[\"x\"]', 'b')",
                              "(command, priority, concurrency_key) VALUES ('[\"x\"]', 1, '1')",
                              "(command) VALUES ('broken')",
                              "(command, queue, priority) VALUES ('[]', 'a', 0)",
                              "(command, run_at) VALUES ('[\"x\"]', 'text')",
                              "(command, state, run_at, queue) VALUES ('[\"x\"]', 'scheduled', 1577836900000, 'c')"};
        REQUIRE(place_.sql(std::string("INSERT INTO job ") + rows[below(8)]) == "");
        ++last_;
    }

    void finish()
    {
        if (runs_.empty())
            return;
        const auto index = static_cast<std::size_t>(below(static_cast<int>(runs_.size())));
        const auto run = runs_[index];
        runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(index));
        const JobState ends[] = {JobState::completed, JobState::failed, JobState::retryable};
        if (below(5) == 0)
            report(*store_, RunUndone{run}, now_);
        else
            report(*store_, finished(run, ends[below(3)], now_), now_);
    }

    std::mt19937 random_;
    TestDatabase place_;
    std::unique_ptr<Store> store_ = place_.open();
    ClaimRequest request_;
    Time now_ = start;
    int last_ = 0;
    std::vector<RunId> runs_;
};

} // namespace

TEST_CASE("has_due says exactly whether a claim would get something")
{
    for (unsigned seed = 1; seed <= 12; ++seed) {
        INFO(seed);
        World world(seed);
        for (int step = 0; step < 60; ++step)
            world.step();
        CHECK(world.integrity() == "ok");
    }
}
