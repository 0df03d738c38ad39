#include "tick/pruning.hpp"

namespace escher {

namespace {

constexpr int batch = 500;
constexpr int most_batches = 10; // a tick: housekeeping must not hold up jobs

// A machine without a battery-backed clock boots in 1970: ages mean nothing then.
constexpr Time earliest_sane = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);

} // namespace

int prune(Store& store, Executor& jobs, const Retention& retention, bool by_count, Time now)
{
    if (now < earliest_sane)
        return 0;
    int pruned = 0;
    for (int i = 0; i < most_batches; ++i) {
        const auto expired = store.expired(retention, by_count, now, batch);
        if (expired.empty())
            break;
        std::vector<std::string> files;
        std::vector<JobId> ids;
        for (const auto& job : expired) {
            files.insert(files.end(), job.output_files.begin(), job.output_files.end());
            ids.push_back(job.job);
        }
        // Files first: a crash in between leaves rows that are pruned again, not files that nobody knows.
        jobs.discard_output(files);
        store.erase(ids);
        pruned += static_cast<int>(ids.size());
        if (expired.size() < batch)
            break;
    }
    return pruned;
}

} // namespace escher
