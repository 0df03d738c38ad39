#include "core/text.hpp"
#include "sqlite/connection/transaction.hpp"
#include "sqlite/dependants.hpp"
#include "sqlite/insert.hpp"
#include "sqlite/sqlite_store.hpp"

#include <escher/error.hpp>

namespace escher::sqlite {

std::vector<Created> SqliteStore::create(std::span<const NewJob> jobs, Time now)
{
    Transaction transaction(database_, "create jobs in the database");
    std::vector<Created> created;
    created.reserve(jobs.size());
    for (const auto& job : jobs)
        created.push_back(insert_job(database_, job, "job " + std::to_string(created.size() + 1), now));
    settle_dependants(database_, now);
    transaction.commit();
    return created;
}

RetryResult SqliteStore::retry(JobId job, Time now)
{
    Transaction transaction(database_, "retry a job in the database");
    std::string unique_key;
    {
        Query query = database_.query("SELECT state, unique_key FROM {job} WHERE id = ?");
        if (!query.bind(job).step())
            return RetryResult::no_such_job;
        const auto state = from_text<JobState>(query.bytes(0));
        if (!state || !is_finished(*state))
            return RetryResult::still_unfinished;
        if (*state == JobState::invalid)
            return RetryResult::invalid;
        unique_key = query.text(1);
    }
    if (!unique_key.empty())
        if (const auto holder = holder_of(database_, unique_key))
            throw Error(ErrorKind::bad_data, "job " + std::to_string(static_cast<std::int64_t>(job)) +
                                                 " cannot be retried: job " +
                                                 std::to_string(static_cast<std::int64_t>(holder->id)) +
                                                 " with the same unique key '" + unique_key + "' is unfinished");
    // A dependency that has ended, however, no longer holds it back: a person has decided.
    database_
        .query(R"SQL(
            UPDATE {job} SET state = 'available', run_at = ?, attempts = 0, reason = NULL, progress = NULL,
                progress_text = NULL, progress_at = NULL, started_at = NULL, finished_at = NULL,
                cancel_requested_at = NULL, blocked = EXISTS (SELECT 1 FROM {dependency} AS d JOIN {job} AS n
                    ON n.id = d.needs WHERE d.job = {job}.id AND n.finished_at IS NULL)
            WHERE id = ? AND state IN ('completed', 'failed', 'cancelled')
        )SQL")
        .bind(now, job)
        .run();
    transaction.commit();
    return RetryResult::queued;
}

} // namespace escher::sqlite
