#pragma once

#include <escher/error.hpp>
#include <escher/store.hpp>

#include <memory>
#include <string>

namespace escher::contract {

/// An empty Store and what has to outlive it.
struct StoreUnderTest {
    std::shared_ptr<void> place;
    std::unique_ptr<Store> store;

    Store* operator->() const { return store.get(); }
    Store& operator*() const { return *store; }
};

/// Defined once by the tests of each Store.
[[nodiscard]] StoreUnderTest new_store();

/// The tests' present: 2020-01-01T00:00:00Z.
inline constexpr Time start{Duration(1'577'836'800'000)};

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline NewJob command(const std::string& program = "true")
{
    NewJob job;
    job.work = Command{{program}};
    return job;
}

inline NewJob in_queue(const std::string& queue, int priority = 0)
{
    auto job = command();
    job.queue = queue;
    job.priority = priority;
    return job;
}

inline JobId create_one(Store& store, const NewJob& job, Time now = start)
{
    return store.create(std::span(&job, 1), now).at(0).id;
}

inline ClaimRequest slots(int count, int concurrency = 100)
{
    ClaimRequest request;
    request.slots = count;
    request.limits.concurrency = concurrency;
    request.runner = {{4711, 99, "boot"}, 2000};
    return request;
}

inline std::vector<JobId> ids(const std::vector<Claim>& claims)
{
    std::vector<JobId> result;
    for (const auto& claim : claims)
        result.push_back(claim.job.id);
    return result;
}

inline std::vector<Claim> claim(Store& store, const ClaimRequest& request, Time now = start)
{
    return store.settle_and_claim({}, request, now).claims;
}

inline Settled report(Store& store, const RunReport& one, Time now = start)
{
    return store.settle_and_claim(std::span(&one, 1), slots(0), now);
}

inline RunFinished finished(RunId run, JobState next, Time at = start)
{
    RunFinished result;
    result.run = run;
    result.outcome = next == JobState::completed ? Exited{0} : Exited{1};
    result.at = at;
    result.next.state = next;
    if (next == JobState::failed)
        result.next.reason = "exit status 1";
    if (next == JobState::retryable)
        result.next.run_at = at + minutes(1);
    return result;
}

/// Creates, claims and finishes one job.
inline JobId run_one(Store& store, const NewJob& job, JobState end, Time now = start)
{
    const auto id = create_one(store, job, now);
    for (const auto& each : claim(store, slots(1), now))
        report(store, finished(each.run, end, now), now);
    return id;
}

inline JobState state_of(Store& store, JobId job)
{
    return store.find(job).value().state;
}

} // namespace escher::contract
