#include "sqlite/intake.hpp"

#include "sqlite/job_row.hpp"
#include "sqlite/settle.hpp"

namespace escher::sqlite {

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

bool intake_waits(Database& database)
{
    return database
        .query(R"SQL(
            SELECT 1 FROM {job} INDEXED BY {job}_intake )SQL" ESCHER_INTAKE R"SQL(
            LIMIT 1
        )SQL")
        .step();
}

void take_in(Database& database, const ClaimRequest& request, Time now)
{
    std::vector<Job> rows;
    {
        Query query = database.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_intake
            )SQL" ESCHER_INTAKE R"SQL(
            ORDER BY id LIMIT ?)SQL");
        query.bind(most_rows_at_once);
        while (query.step())
            rows.push_back(decode_job(query));
    }
    for (const auto& job : rows) {
        if (const auto* unrunnable = std::get_if<Unrunnable>(&job.work)) {
            make_invalid(database, job.id, unrunnable->why, now);
            continue;
        }
        const auto* call = std::get_if<TaskCall>(&job.work);
        const auto named = call != nullptr ? request.tasks.find(call->task) : request.tasks.end();
        const auto& intake = named != request.tasks.end() ? named->second : request.commands;
        database.query("UPDATE {job} SET queue = ?, priority = ? WHERE id = ?")
            .bind(job.queue.value_or(intake.queue), job.priority.value_or(intake.priority), job.id)
            .run();
    }
}

} // namespace escher::sqlite
