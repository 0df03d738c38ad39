#include "sqlite/store.hpp"

#include "sqlite/job_row.hpp"
#include "sqlite/run_row.hpp"
#include "sqlite/transaction.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace escher::sqlite {

namespace {

/// A week of one tick a minute.
constexpr int ticks_kept = 10'080;

} // namespace

std::int64_t SqliteStore::begin_tick(const TickRecord& tick)
{
    Transaction transaction(database_, "record the tick in the database", Durability::relaxed);
    database_.query("INSERT INTO {tick} (started_at, pid, version) VALUES (?, ?, ?)")
        .bind(tick.started_at, tick.pid, tick.version)
        .run();
    const auto id = sqlite3_last_insert_rowid(database_.handle());
    transaction.commit();
    return id;
}

void SqliteStore::end_tick(const TickRecord& tick)
{
    Transaction transaction(database_, "record the tick in the database", Durability::relaxed);
    database_
        .query(R"SQL(
            UPDATE {tick} SET ended_at = ?, claimed = ?, completed = ?, failed = ?, recovered = ?, pruned = ?,
                error = ?
            WHERE id = ?
        )SQL")
        .bind(tick.ended_at, tick.claimed, tick.completed, tick.failed, tick.recovered, tick.pruned, tick.error,
              tick.id)
        .run();
    database_.query("DELETE FROM {tick} WHERE id <= ?").bind(tick.id - ticks_kept).run();
    transaction.commit();
}

std::vector<RunningJob> SqliteStore::running_jobs()
{
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

std::optional<Time> SqliteStore::next_due()
{
    Query query = database_.query(R"SQL(
        SELECT run_at FROM {job} INDEXED BY {job}_due WHERE state IN ('scheduled', 'retryable')
        ORDER BY run_at LIMIT 1
    )SQL");
    if (!query.step())
        return std::nullopt;
    return bounded_time(query, 0);
}

std::vector<RunId> SqliteStore::cancel_requests()
{
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
