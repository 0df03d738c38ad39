#include "sqlite/intake.hpp"

#include "core/selection.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/settle.hpp"

namespace escher::sqlite {

namespace {

bool is_for(const ClaimRequest& request, const Job& job)
{
    return takes(request, job.work, intake_of(request, job).queue);
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

Intake intake_of(const ClaimRequest& request, const Job& job)
{
    const auto* call = std::get_if<TaskCall>(&job.work);
    const auto named = call != nullptr ? request.tasks.find(call->task) : request.tasks.end();
    const auto& intake = named != request.tasks.end() ? named->second : request.commands;
    return {job.queue.value_or(intake.queue), job.priority.value_or(intake.priority)};
}

bool intake_waits(Database& database, const ClaimRequest& request)
{
    Query query = database.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_intake
        )SQL" ESCHER_INTAKE " ORDER BY id");
    while (query.step())
        if (is_for(request, decode_job(query)))
            return true;
    return false;
}

void take_in(Database& database, const ClaimRequest& request, Time now)
{
    std::vector<Job> rows;
    {
        Query query = database.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_intake
            )SQL" ESCHER_INTAKE " ORDER BY id");
        while (rows.size() < most_rows_at_once && query.step())
            if (auto job = decode_job(query); is_for(request, job))
                rows.push_back(std::move(job));
    }
    for (const auto& job : rows) {
        if (const auto* unrunnable = std::get_if<Unrunnable>(&job.work)) {
            make_invalid(database, job.id, unrunnable->why, now);
            continue;
        }
        const auto intake = intake_of(request, job);
        database.query("UPDATE {job} SET queue = ?, priority = ? WHERE id = ?")
            .bind(intake.queue, intake.priority, job.id)
            .run();
    }
}

} // namespace escher::sqlite
