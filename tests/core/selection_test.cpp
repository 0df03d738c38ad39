#include "core/selection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace escher;
using namespace std::chrono_literals;

namespace {

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2020) / 6 / 1) + 12h;

/// Lanes over plain lists, as a store offers them, counting what is drawn.
class Queues {
public:
    explicit Queues(std::vector<Candidate> jobs)
    {
        std::sort(jobs.begin(), jobs.end(), [](const Candidate& a, const Candidate& b) {
            return std::tie(a.priority, a.run_at, a.id) < std::tie(b.priority, b.run_at, b.id);
        });
        for (auto& job : jobs)
            waiting_[job.queue].push_back(std::move(job));
    }

    std::vector<Lane> lanes(bool by_priority = false)
    {
        std::vector<Lane> lanes;
        for (const auto& [queue, jobs] : waiting_) {
            std::map<int, std::vector<Candidate>> parts;
            for (const auto& job : jobs)
                parts[by_priority ? job.priority : 0].push_back(job);
            for (auto& [priority, part] : parts)
                lanes.push_back({queue,
                                 [this, part = part, next = std::size_t{0}]() mutable -> std::optional<Candidate> {
                                     ++drawn;
                                     return next < part.size() ? std::optional(part[next++]) : std::nullopt;
                                 },
                                 [this, queue = queue]() -> std::optional<Time> {
                                     const auto found = last_starts.find(queue);
                                     return found == last_starts.end() ? std::nullopt : std::optional(found->second);
                                 }});
        }
        return lanes;
    }

    int drawn = 0;
    std::map<std::string, Time> last_starts;

private:
    std::map<std::string, std::vector<Candidate>> waiting_;
};

Candidate job(std::int64_t id, std::string queue = "default", int priority = 0, Time run_at = noon - 1min,
              std::string key = {})
{
    return {JobId{id}, std::move(queue), priority, run_at, std::move(key)};
}

std::vector<std::int64_t> ids(const std::vector<Candidate>& chosen)
{
    std::vector<std::int64_t> numbers;
    for (const auto& candidate : chosen)
        numbers.push_back(static_cast<std::int64_t>(candidate.id));
    return numbers;
}

SelectionLimits slots(int concurrency)
{
    SelectionLimits limits;
    limits.concurrency = concurrency;
    return limits;
}

using Ids = std::vector<std::int64_t>;

} // namespace

TEST_CASE("lower priority numbers run first, then the oldest, then the lowest id")
{
    Queues queues(
        {job(1, "q", 5), job(2, "q", 0, noon - 1s), job(3, "q", 0, noon - 2s), job(4, "q", -5), job(5, "q")});
    CHECK(ids(select(queues.lanes(), 10, slots(10), {}, noon)) == Ids{4, 5, 3, 2, 1});
}

TEST_CASE("no more are chosen than there are slots, here and over all ticks")
{
    std::vector<Candidate> jobs;
    for (int i = 1; i <= 9; ++i)
        jobs.push_back(job(i));
    CHECK(select(Queues(jobs).lanes(), 3, slots(10), {}, noon).size() == 3);
    Occupancy taken;
    taken.running = 8;
    CHECK(select(Queues(jobs).lanes(), 9, slots(10), taken, noon).size() == 2);
    taken.running = 12;
    CHECK(select(Queues(jobs).lanes(), 9, slots(10), taken, noon).empty());
}

TEST_CASE("queues of equal priority share the slots, however long one of them is")
{
    std::vector<Candidate> jobs;
    for (int i = 1; i <= 100; ++i)
        jobs.push_back(job(i, "bulk", 0, noon - 1h));
    jobs.push_back(job(101, "mail"));
    jobs.push_back(job(102, "mail"));
    CHECK(ids(select(Queues(jobs).lanes(), 4, slots(4), {}, noon)) == Ids{1, 101, 2, 102});
}

TEST_CASE("what already runs counts for a queue's share")
{
    Queues queues({job(1, "bulk", 0, noon - 1h), job(2, "mail")});
    queues.last_starts["bulk"] = noon - 1min;
    Occupancy taken;
    taken.running = 2;
    taken.by_queue["bulk"] = 2;
    CHECK(ids(select(queues.lanes(), 1, slots(3), taken, noon)) == Ids{2});
}

TEST_CASE("a queue at its limit is passed over without being read")
{
    std::vector<Candidate> jobs;
    for (int i = 1; i <= 1000; ++i)
        jobs.push_back(job(i, "full", -10));
    jobs.push_back(job(2000, "free"));
    Queues queues(jobs);
    SelectionLimits limits = slots(10);
    limits.queues["full"].concurrency = 2;
    Occupancy taken;
    taken.running = 2;
    taken.by_queue["full"] = 2;
    CHECK(ids(select(queues.lanes(), 5, limits, taken, noon)) == Ids{2000});
    CHECK(queues.drawn == 2); // the job, and that there is no other
}

TEST_CASE("a queue's limit holds within one selection")
{
    Queues queues({job(1, "q"), job(2, "q"), job(3, "q"), job(4, "other", 9)});
    SelectionLimits limits = slots(10);
    limits.queues["q"].concurrency = 2;
    CHECK(ids(select(queues.lanes(), 10, limits, {}, noon)) == Ids{1, 2, 4});
}

TEST_CASE("a rate is a sliding window over starts")
{
    SelectionLimits limits = slots(10);
    limits.queues["q"].rate = Rate{3, 1min};
    Occupancy taken;
    taken.starts["q"] = {noon - 60s, noon - 59s, noon - 10s};
    Queues queues({job(1, "q"), job(2, "q"), job(3, "q")});
    // The start exactly one window ago has left it.
    CHECK(ids(select(queues.lanes(), 10, limits, taken, noon)) == Ids{1});
    CHECK(queue_obstacle("q", limits, taken, noon) == std::nullopt);
    taken.starts["q"] = {noon - 59s, noon - 20s, noon - 10s};
    CHECK(queue_obstacle("q", limits, taken, noon) ==
          "queue 'q' is at its rate of 3 in 1m, the next start is possible in 1 s");
}

TEST_CASE("jobs that share a key run one at a time, unless the queue allows more")
{
    Queues queues({job(1, "q", 0, noon - 9s, "k"), job(2, "q", 0, noon - 8s, "k"), job(3, "q", 0, noon - 7s, "l"),
                   job(4, "q", 0, noon - 6s)});
    CHECK(ids(select(queues.lanes(), 10, slots(10), {}, noon)) == Ids{1, 3, 4});
    SelectionLimits limits = slots(10);
    limits.queues["q"].per_key = 2;
    CHECK(ids(select(queues.lanes(), 10, limits, {}, noon)) == Ids{1, 2, 3, 4});
    Occupancy taken;
    taken.by_key[{"q", "k"}] = {JobId{77}};
    CHECK(ids(select(queues.lanes(), 10, slots(10), taken, noon)) == Ids{3, 4});
    CHECK(key_obstacle("q", "k", slots(10), taken) == "key 'k' is busy with job 77");
    CHECK(key_obstacle("other", "k", slots(10), taken) == std::nullopt);
}

TEST_CASE("a pause of a queue, or of all, holds its jobs")
{
    const std::vector<Candidate> jobs{job(1, "a"), job(2, "b")};
    Occupancy taken;
    taken.pauses = {{"a", noon - 1h, noon + 90min, "root", "disk swap"}};
    CHECK(ids(select(Queues(jobs).lanes(), 10, slots(10), taken, noon)) == Ids{2});
    CHECK(queue_obstacle("a", slots(10), taken, noon) ==
          "queue 'a' is paused by root for another 1 h 30 m: disk swap");
    taken.pauses = {{"", noon - 1h, std::nullopt, "root", ""}};
    CHECK(select(Queues(jobs).lanes(), 10, slots(10), taken, noon).empty());
    CHECK(queue_obstacle("b", slots(10), taken, noon) == "all queues are paused by root");
    taken.pauses = {{"a", noon - 1h, noon, "root", ""}};
    CHECK(ids(select(Queues(jobs).lanes(), 10, slots(10), taken, noon)) == Ids{1, 2});
}

TEST_CASE("with aging, waiting improves the effective priority")
{
    const std::vector<Candidate> jobs{job(1, "q", 0, noon - 1min), job(2, "q", 5, noon - 61min)};
    CHECK(ids(select(Queues(jobs).lanes(), 10, slots(10), {}, noon)) == Ids{1, 2});
    SelectionLimits limits = slots(10);
    limits.aging = Duration(10min);
    CHECK(ids(select(Queues(jobs).lanes(true), 10, limits, {}, noon)) == Ids{2, 1});
}

TEST_CASE("a starving queue gets one job before the priority order goes on")
{
    std::vector<Candidate> jobs;
    for (int i = 1; i <= 10; ++i)
        jobs.push_back(job(i, "eager", -10, noon - 1h));
    jobs.push_back(job(100, "meek", 10, noon - 6min));
    jobs.push_back(job(101, "meek", 10, noon - 6min));
    Queues queues(jobs);
    queues.last_starts["eager"] = noon - 1s;
    CHECK(ids(select(queues.lanes(), 3, slots(3), {}, noon)) == Ids{100, 1, 2});
    queues.last_starts["meek"] = noon - 4min;
    CHECK(ids(select(queues.lanes(), 3, slots(3), {}, noon)) == Ids{1, 2, 3});
}

TEST_CASE("with one slot and a flood of higher priority, a meek queue still gets a job every five minutes")
{
    Queues queues({});
    std::map<std::string, Time> last;
    Time last_meek = noon;
    Duration longest{};
    for (int second = 0; second < 3600; second += 10) {
        const Time now = noon + std::chrono::seconds(second);
        Queues waiting({job(1, "eager", -10, now - 1h), job(2, "meek", 10, noon)});
        waiting.last_starts = last;
        const auto chosen = select(waiting.lanes(), 1, slots(1), {}, now);
        REQUIRE(chosen.size() == 1);
        last[chosen[0].queue] = now;
        if (chosen[0].queue == "meek") {
            longest = std::max(longest, now - last_meek);
            last_meek = now;
        }
    }
    CHECK(longest == Duration(5min));
    CHECK(last_meek > noon + 50min);
}

TEST_CASE("every limit holds over random queues, and nothing startable is left while slots are free")
{
    std::minstd_rand random(20200601);
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    for (int round = 0; round < 2000; ++round) {
        SelectionLimits limits = slots(1 + below(6));
        Occupancy taken;
        std::vector<Candidate> jobs;
        for (int q = 0; q < 4; ++q) {
            const std::string name(1, static_cast<char>('a' + q));
            if (below(2) == 0)
                limits.queues[name].concurrency = below(4);
            if (below(3) == 0)
                limits.queues[name].rate = Rate{1 + below(3), Duration(1min)};
            limits.queues[name].per_key = 1 + below(2);
            const int running = below(2);
            taken.running += running;
            taken.by_queue[name] = running;
            if (below(5) == 0)
                taken.pauses.push_back({name, noon, std::nullopt, "", ""});
        }
        for (int i = 1; i <= below(20); ++i)
            jobs.push_back(job(i, std::string(1, static_cast<char>('a' + below(4))), below(3),
                               noon - std::chrono::seconds(below(100)),
                               below(2) == 0 ? std::string(1, static_cast<char>('x' + below(3))) : ""));
        const int wanted = below(8);
        const auto chosen = select(Queues(jobs).lanes(), wanted, limits, taken, noon);
        CHECK(static_cast<int>(chosen.size()) <= wanted);
        Occupancy after = taken;
        for (const auto& candidate : chosen) {
            CHECK_FALSE(slot_obstacle(limits, after));
            CHECK_FALSE(queue_obstacle(candidate.queue, limits, after, noon));
            CHECK_FALSE(key_obstacle(candidate.queue, candidate.concurrency_key, limits, after));
            ++after.running;
            ++after.by_queue[candidate.queue];
            if (!candidate.concurrency_key.empty())
                after.by_key[{candidate.queue, candidate.concurrency_key}].push_back(candidate.id);
            after.starts[candidate.queue].push_back(noon);
        }
        if (static_cast<int>(chosen.size()) == wanted || slot_obstacle(limits, after))
            continue;
        for (const auto& left : jobs) {
            if (std::find(chosen.begin(), chosen.end(), left) != chosen.end())
                continue;
            const bool blocked = queue_obstacle(left.queue, limits, after, noon).has_value() ||
                                 key_obstacle(left.queue, left.concurrency_key, limits, after).has_value();
            CHECK(blocked);
        }
    }
}
