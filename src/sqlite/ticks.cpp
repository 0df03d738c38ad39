#include "sqlite/connection/transaction.hpp"
#include "sqlite/sqlite_store.hpp"

#include <sqlite3.h>

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

} // namespace escher::sqlite
