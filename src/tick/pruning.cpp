#include "tick/pruning.hpp"

#include "core/output_name.hpp"

#include <limits>

namespace escher {

namespace {

// Jobs in one transaction: long enough to be quick, short enough to hold up nobody.
constexpr int batch = 500;
constexpr int most_batches = 10; // a tick: housekeeping must not hold up jobs

// A machine without a battery-backed clock boots in 1970: ages mean nothing then.
constexpr Time earliest_sane = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);

using Discard = std::function<void(std::span<const std::string> names)>;

std::vector<JobId> prune_batches(Store& store, const Discard& discard_output, const Retention& retention,
                                 bool by_count, int most, Time now)
{
    std::vector<JobId> pruned;
    std::optional<JobId> first;
    for (int i = 0; i < most; ++i) {
        const auto expired = prunable(store, retention, by_count, now, batch);
        // The same again: the store holds on to it, and so would this loop.
        if (expired.empty() || expired.front().job == first)
            break;
        first = expired.front().job;
        std::vector<std::string> files;
        std::vector<JobId> ids;
        for (const auto& job : expired) {
            for (const RunId run : job.runs)
                files.push_back(output_name(job.job, run));
            ids.push_back(job.job);
        }
        // Files first: a crash in between leaves rows that are pruned again, not files that nobody knows.
        discard_output(files);
        store.erase(ids);
        pruned.insert(pruned.end(), ids.begin(), ids.end());
        if (expired.size() < batch)
            break;
    }
    return pruned;
}

} // namespace

std::vector<Expired> prunable(Store& store, const Retention& retention, bool by_count, Time now, int limit)
{
    if (now < earliest_sane)
        return {};
    return store.expired(retention, by_count, now, limit);
}

int prune(Store& store, Executor& jobs, const Retention& retention, bool by_count, Time now)
{
    const auto discard = [&](std::span<const std::string> names) { jobs.discard_output(names); };
    return static_cast<int>(prune_batches(store, discard, retention, by_count, most_batches, now).size());
}

std::vector<JobId> prune_all(Store& store, const Discard& discard_output, const Retention& retention, Time now)
{
    return prune_batches(store, discard_output, retention, true, std::numeric_limits<int>::max(), now);
}

} // namespace escher
