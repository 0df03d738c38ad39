#include "sqlite/occupancy.hpp"

#include "sqlite/job_row.hpp"
#include "sqlite/store.hpp"
#include "sqlite/transaction.hpp"

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

std::vector<Pause> read_pauses(Database& database, Time now)
{
    Query query = database.query(R"SQL(
        SELECT name, paused_at, paused_until, paused_by, reason FROM {queue}
        WHERE typeof(name) = 'text' AND (paused_until IS NULL OR paused_until > ?) ORDER BY name
    )SQL");
    query.bind(now);
    std::vector<Pause> pauses;
    while (query.step()) {
        Pause pause;
        pause.queue = query.text(0);
        pause.since = bounded_time(query.integer(1));
        pause.until = bounded_time(query, 2);
        pause.by = query.text(3);
        pause.reason = query.text(4);
        pauses.push_back(std::move(pause));
    }
    return pauses;
}

void drop_old_pauses(Database& database, Time now)
{
    database.query("DELETE FROM {queue} WHERE typeof(paused_until) = 'integer' AND paused_until <= ?")
        .bind(now)
        .run();
}

Occupancy SqliteStore::occupancy(const SelectionLimits& limits, Time now)
{
    const Snapshot snapshot(database_, "read the database");
    return read_occupancy(database_, limits, now);
}

void SqliteStore::pause(const Pause& pause)
{
    Transaction transaction(database_, "pause a queue in the database");
    drop_old_pauses(database_, pause.since);
    database_
        .query(R"SQL(
            INSERT OR REPLACE INTO {queue} (name, paused_at, paused_until, paused_by, reason) VALUES (?, ?, ?, ?, ?)
        )SQL")
        .bind(pause.queue, pause.since, pause.until, pause.by, pause.reason)
        .run();
    transaction.commit();
}

bool SqliteStore::resume(const std::string& queue)
{
    Transaction transaction(database_, "resume a queue in the database");
    const bool was_paused = database_.query("DELETE FROM {queue} WHERE name = ?").bind(queue).run() > 0;
    if (was_paused)
        transaction.commit();
    return was_paused;
}

} // namespace escher::sqlite
