#include "core/text.hpp"
#include "sqlite/connection/transaction.hpp"
#include "sqlite/sqlite_store.hpp"

#include <algorithm>

namespace escher::sqlite {

namespace {

struct Finished {
    std::int64_t at = 0;
    JobId job{};

    auto operator<=>(const Finished&) const = default;
};

/// The oldest finished jobs of one state, those that ended at `until` or before. Those that are still to decide over
/// dependants are kept until they have.
void read_oldest(Database& database, JobState state, std::int64_t until, int limit, std::vector<Finished>& into)
{
    Query query = database.query(R"SQL(
        SELECT finished_at, id FROM {job} AS j INDEXED BY {job}_finished
        WHERE finished_at IS NOT NULL AND state = ? AND finished_at <= ?
            AND NOT EXISTS (SELECT 1 FROM {dependency} AS d JOIN {recheck} AS r ON r.job = d.job WHERE d.needs = j.id)
        ORDER BY finished_at LIMIT ?
    )SQL");
    query.bind(text_of(state), until, limit);
    while (query.step())
        into.push_back({query.integer(0), JobId(query.integer(1))});
}

void keep_oldest(std::vector<Finished>& jobs, std::size_t most)
{
    std::sort(jobs.begin(), jobs.end());
    jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
    if (jobs.size() > most)
        jobs.resize(most);
}

constexpr JobState finished_states[] = {JobState::completed, JobState::failed, JobState::cancelled,
                                        JobState::invalid};

std::optional<Duration> age_of(const Retention& retention, JobState state)
{
    switch (state) {
    case JobState::completed:
        return retention.completed;
    case JobState::cancelled:
        return retention.cancelled;
    default:
        return retention.failed;
    }
}

std::vector<Finished> beyond_count(Database& database, std::int64_t keep, std::int64_t until, int limit)
{
    std::int64_t surplus = -std::max<std::int64_t>(keep, 0);
    {
        Query query =
            database.query("SELECT count(*) FROM {job} INDEXED BY {job}_finished WHERE finished_at IS NOT NULL");
        query.step();
        surplus += query.integer(0);
    }
    std::vector<Finished> jobs;
    if (surplus <= 0)
        return jobs;
    for (const auto state : finished_states)
        read_oldest(database, state, until, limit, jobs);
    keep_oldest(jobs, static_cast<std::size_t>(std::min<std::int64_t>(surplus, limit)));
    return jobs;
}

} // namespace

std::vector<Expired> SqliteStore::expired(const Retention& retention, bool by_count, Time now, int limit)
{
    if (limit <= 0)
        return {};
    const Snapshot snapshot(database_, "read the database");
    std::vector<Finished> jobs;
    if (by_count && retention.keep)
        jobs =
            beyond_count(database_, *retention.keep,
                         retention.at_least > Duration::zero() ? (now - retention.at_least).time_since_epoch().count()
                                                               : std::numeric_limits<std::int64_t>::max(),
                         limit);
    for (const auto state : finished_states)
        if (const auto age = age_of(retention, state))
            read_oldest(database_, state, (now - std::max(*age, retention.at_least)).time_since_epoch().count(),
                        limit, jobs);
    keep_oldest(jobs, static_cast<std::size_t>(limit));

    std::vector<Expired> result;
    result.reserve(jobs.size());
    for (const auto& job : jobs) {
        Expired one{job.job, {}};
        Query query =
            database_.query("SELECT r.id FROM {run} AS r INDEXED BY {run}_job WHERE r.job = ? ORDER BY r.id");
        query.bind(job.job);
        while (query.step())
            one.runs.push_back(RunId(query.integer(0)));
        result.push_back(std::move(one));
    }
    return result;
}

void SqliteStore::erase(std::span<const JobId> jobs)
{
    if (jobs.empty())
        return;
    Transaction transaction(database_, "prune jobs in the database");
    // What belongs to a job goes by trigger.
    for (const auto job : jobs)
        database_
            .query(R"SQL(
                DELETE FROM {job} WHERE id = ? AND finished_at IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM {dependency} AS d JOIN {recheck} AS r ON r.job = d.job WHERE d.needs = {job}.id)
            )SQL")
            .bind(job)
            .run();
    transaction.commit();
}

} // namespace escher::sqlite
