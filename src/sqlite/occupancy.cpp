#include "sqlite/occupancy.hpp"

#include "sqlite/connection/transaction.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/pauses.hpp"
#include "sqlite/sqlite_store.hpp"

#include <escher/error.hpp>

#include <algorithm>

namespace escher::sqlite {

namespace {

/// The newest starts inside the window of a rate; more than its count decide nothing. Those of the future are of a
/// clock that has been set back since.
std::vector<Time> starts_within(Database& database, const std::string& queue, const Rate& rate, Time now)
{
    Query query = database.query(R"SQL(
        SELECT claimed_at FROM {run} INDEXED BY {run}_claimed
        WHERE queue = ? AND claimed_at > ? AND claimed_at <= ? ORDER BY claimed_at DESC LIMIT ?
    )SQL");
    query.bind(queue, now - rate.per, now, std::max(rate.count, 0));
    std::vector<Time> starts;
    while (query.step())
        starts.push_back(query.time(0));
    std::reverse(starts.begin(), starts.end());
    return starts;
}

} // namespace

Occupancy read_occupancy(Database& database, const SelectionLimits& limits, Time now)
{
    Occupancy taken;
    {
        Query query = database.query(R"SQL(
            SELECT id, queue, concurrency_key, run FROM {job} INDEXED BY {job}_unfinished
            WHERE finished_at IS NULL AND state = 'running' ORDER BY id
        )SQL");
        while (query.step()) {
            const auto& outer = limits.outer_runs;
            if (!outer.empty() && std::find(outer.begin(), outer.end(), RunId(query.integer(3))) != outer.end())
                continue;
            ++taken.running;
            const auto queue = query.text(1);
            ++taken.by_queue[queue];
            if (auto key = query.text(2); !key.empty())
                taken.by_key[{queue, std::move(key)}].push_back(JobId(query.integer(0)));
        }
    }
    for (const auto& [queue, queue_limits] : limits.queues)
        if (queue_limits.rate)
            taken.starts[queue] = starts_within(database, queue, *queue_limits.rate, now);
    taken.pauses = read_pauses(database, now);
    return taken;
}

Occupancy SqliteStore::occupancy(const SelectionLimits& limits, Time now)
{
    const Snapshot snapshot(database_, "read the database");
    return read_occupancy(database_, limits, now);
}

} // namespace escher::sqlite
