#include "sqlite/connection/transaction.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/run_row.hpp"
#include "sqlite/sqlite_store.hpp"

#include <algorithm>

namespace escher::sqlite {

std::vector<RunningJob> SqliteStore::running_jobs(std::optional<HostId> host)
{
    if (host.value_or(only_host) != only_host)
        return {};
    const Snapshot snapshot(database_, "read the database");
    std::vector<RunningJob> running;
    {
        Query query = database_.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_unfinished
            WHERE finished_at IS NULL AND state = 'running')SQL");
        while (query.step())
            running.push_back({decode_job(query), {}});
    }
    for (auto& each : running) {
        Query query = database_.query("SELECT " ESCHER_RUN_COLUMNS("r") " FROM {run} AS r WHERE r.id = ?");
        if (query.bind(each.job.run.value_or(RunId{})).step())
            each.run = decode_run(query);
        else
            each.run.job = each.job.id;
        each.run.id = each.job.run.value_or(RunId{});
    }
    std::sort(running.begin(), running.end(), [](const auto& a, const auto& b) {
        return std::pair(a.run.claimed_at, a.run.id) < std::pair(b.run.claimed_at, b.run.id);
    });
    return running;
}

std::vector<RunId> SqliteStore::cancel_requests(std::optional<HostId> host)
{
    if (host.value_or(only_host) != only_host)
        return {};
    Query query = database_.query(R"SQL(
        SELECT run FROM {job} INDEXED BY {job}_unfinished
        WHERE finished_at IS NULL AND state = 'running' AND cancel_requested_at IS NOT NULL
    )SQL");
    std::vector<RunId> runs;
    while (query.step())
        runs.push_back(RunId(query.integer(0)));
    return runs;
}

} // namespace escher::sqlite
