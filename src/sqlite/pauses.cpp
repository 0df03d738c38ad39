#include "sqlite/pauses.hpp"

#include "sqlite/connection/transaction.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/sqlite_store.hpp"

namespace escher::sqlite {

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
