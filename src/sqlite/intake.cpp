#include "sqlite/intake.hpp"

#include "core/selection.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/settle.hpp"

namespace escher::sqlite {

namespace {

/// The next row that this claimer is to take in, taken in; none: there is no more.
std::optional<Job> next_for(const ClaimRequest& request, Query& rows)
{
    while (rows.step())
        if (auto job = taken_in(request, decode_job(rows)); takes(request, job.work, *job.queue))
            return job;
    return std::nullopt;
}

} // namespace

bool promotion_waits(Database& database, Time now)
{
    Query query = database.query(R"SQL(
        SELECT 1 FROM {job} INDEXED BY {job}_due
        WHERE state IN ('scheduled', 'retryable') AND run_at <= ? LIMIT 1
    )SQL");
    return query.bind(now).step();
}

void promote(Database& database, Time now)
{
    database
        .query(R"SQL(
            UPDATE {job} SET state = 'available' WHERE id IN (
                SELECT id FROM {job} INDEXED BY {job}_due
                WHERE state IN ('scheduled', 'retryable') AND run_at <= ? ORDER BY run_at LIMIT ?)
        )SQL")
        .bind(now, most_rows_at_once)
        .run();
}

bool intake_waits(Database& database, const ClaimRequest& request)
{
    Query query = database.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_intake
        )SQL" ESCHER_INTAKE " ORDER BY id");
    return next_for(request, query).has_value();
}

void take_in(Database& database, const ClaimRequest& request, Time now)
{
    std::vector<Job> rows;
    {
        Query query = database.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_intake
            )SQL" ESCHER_INTAKE " ORDER BY id");
        while (rows.size() < most_rows_at_once)
            if (auto job = next_for(request, query))
                rows.push_back(std::move(*job));
            else
                break;
    }
    for (const auto& job : rows) {
        if (const auto* unrunnable = std::get_if<Unrunnable>(&job.work)) {
            make_invalid(database, job.id, unrunnable->why, now);
            continue;
        }
        database.query("UPDATE {job} SET queue = ?, priority = ? WHERE id = ?")
            .bind(*job.queue, *job.priority, job.id)
            .run();
    }
}

} // namespace escher::sqlite
