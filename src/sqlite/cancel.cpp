#include "sqlite/cancel.hpp"

#include "sqlite/connection/transaction.hpp"
#include "sqlite/dependants.hpp"
#include "sqlite/sqlite_store.hpp"

namespace escher::sqlite {

CancelResult cancel_job(Database& database, JobId job, const std::string& reason, Time now)
{
    const int asked = database
                          .query(R"SQL(
                              UPDATE {job} SET reason = ?, cancel_requested_at = coalesce(cancel_requested_at, ?)
                              WHERE id = ? AND state = 'running'
                          )SQL")
                          .bind(reason, now, job)
                          .run();
    if (asked == 1)
        return CancelResult::requested;
    const int cancelled = database
                              .query(R"SQL(
                                  UPDATE {job} SET state = 'cancelled', reason = ?, finished_at = ?
                                  WHERE id = ? AND state IN ('available', 'scheduled', 'retryable')
                              )SQL")
                              .bind(reason, now, job)
                              .run();
    if (cancelled == 1)
        return CancelResult::cancelled;
    const bool known = database.query("SELECT 1 FROM {job} WHERE id = ?").bind(job).step();
    return known ? CancelResult::already_finished : CancelResult::no_such_job;
}

CancelResult SqliteStore::cancel(JobId job, const std::string& reason, Time now)
{
    Transaction transaction(database_, "cancel a job in the database");
    const auto result = cancel_job(database_, job, reason, now);
    settle_dependants(database_, now);
    transaction.commit();
    return result;
}

} // namespace escher::sqlite
