#include "sqlite/settle.hpp"

#include "core/text.hpp"
#include "sqlite/run_row.hpp"

#include <escher/error.hpp>

namespace escher::sqlite {

namespace {

std::optional<Run> read_run(Database& database, RunId id)
{
    Query query = database.query("SELECT " ESCHER_RUN_COLUMNS("r") " FROM {run} AS r WHERE r.id = ?");
    if (!query.bind(id).step())
        return std::nullopt;
    return decode_run(query);
}

/// True for a run whose row has gone: undone, rejected or pruned. Ids are never given twice.
bool was_given(Database& database, RunId id)
{
    Query query = database.query("SELECT 1 FROM sqlite_sequence WHERE name = ? AND seq >= ?");
    return query.bind(database.expand("{run}"), id).step() && static_cast<std::int64_t>(id) > 0;
}

/// The job of a compare-and-set must have been changed along with its run, or the database contradicts itself.
void expect_one(Database& database, int changed)
{
    if (changed != 1)
        throw Error(ErrorKind::internal, "the database '" + database.name() +
                                             "' changed a job and its run separately; nothing was recorded");
}

bool holds_job(Database& database, const Run& run)
{
    Query query = database.query("SELECT 1 FROM {job} WHERE id = ? AND state = 'running' AND run = ?");
    return query.bind(run.job, run.id).step();
}

bool record_one(Database& database, const RunStarted& report, Time)
{
    const auto run = read_run(database, report.run);
    if (!run)
        return false;
    if (run->started_at)
        return run->started_at == report.at && run->process == report.process;
    if (run->ended_at || !holds_job(database, *run))
        return false;
    expect_one(database, database
                             .query(R"SQL(
                                 UPDATE {run} SET started_at = ?, pid = ?, process_started = ?
                                 WHERE id = ? AND started_at IS NULL AND ended_at IS NULL
                             )SQL")
                             .bind(report.at, report.process.pid, report.process.start_ticks, report.run)
                             .run());
    expect_one(database,
               database.query("UPDATE {job} SET started_at = ? WHERE id = ? AND state = 'running' AND run = ?")
                   .bind(report.at, run->job, report.run)
                   .run());
    return true;
}

void finish_run(Database& database, const RunFinished& report)
{
    const auto columns = encode_outcome(report.outcome);
    expect_one(database, database
                             .query(R"SQL(
                       UPDATE {run} SET ended_at = ?, outcome = ?, exit_code = ?, signal = ?, core_dumped = ?,
                           out_of_memory = ?, error = ?, message = ?, by_shutdown = ?, cpu_user_ms = ?,
                           cpu_system_ms = ?, peak_memory = ?, output_written = ?, output_dropped = ?
                       WHERE id = ? AND ended_at IS NULL
                   )SQL")
                             .bind(report.at, columns.outcome, columns.exit_code, columns.signal, columns.core_dumped,
                                   columns.out_of_memory, columns.error, columns.message, columns.by_shutdown,
                                   report.usage.cpu_user, report.usage.cpu_system, report.usage.peak_memory_bytes,
                                   report.output.written, report.output.dropped, report.run)
                             .run());
}

bool record_one(Database& database, const RunFinished& report, Time)
{
    const auto run = read_run(database, report.run);
    if (!run)
        return false;
    if (run->ended_at)
        return run->ended_at == report.at && run->outcome == report.outcome;
    if (!holds_job(database, *run))
        return false;
    finish_run(database, report);

    // A job that is to be cancelled has no next attempt, however its run ended.
    const bool finished = is_finished(report.next.state);
    // Why the last attempt failed stays in sight until the next one starts.
    const bool shows_reason = report.next.state != JobState::completed;
    Query query = database.query(R"SQL(
        UPDATE {job} SET
            state = CASE WHEN ?1 OR cancel_requested_at IS NULL THEN ?2 ELSE 'cancelled' END,
            finished_at = CASE WHEN ?1 OR cancel_requested_at IS NOT NULL THEN ?3 END,
            reason = CASE
                WHEN cancel_requested_at IS NOT NULL AND (?2 = 'cancelled' OR NOT ?1)
                    THEN coalesce(reason, ?4, 'cancelled')
                ELSE ?4 END,
            run_at = CASE WHEN ?1 THEN run_at ELSE coalesce(?5, run_at) END,
            attempts = max(attempts - ?6, 0),
            run = NULL
        WHERE id = ?7 AND state = 'running' AND run = ?8
    )SQL");
    query.bind(finished, text_of(report.next.state), report.at,
               shows_reason && !report.next.reason.empty() ? std::optional(report.next.reason) : std::nullopt,
               report.next.run_at, report.next.charge ? 0 : 1, run->job, report.run);
    expect_one(database, query.run());
    return true;
}

bool record_one(Database& database, const RunUndone& report, Time now)
{
    const auto run = read_run(database, report.run);
    if (!run)
        return was_given(database, report.run);
    if (run->ended_at || !holds_job(database, *run))
        return false;
    // The run first: a job does not leave a run that has not ended.
    expect_one(database, database.query("DELETE FROM {run} WHERE id = ?").bind(report.run).run());
    expect_one(database, database
                             .query(R"SQL(
                                 UPDATE {job} SET run = NULL, attempts = max(attempts - 1, 0),
                                     state = iif(cancel_requested_at IS NULL, 'available', 'cancelled'),
                                     finished_at = iif(cancel_requested_at IS NULL, NULL, ?)
                                 WHERE id = ? AND state = 'running' AND run = ?
                             )SQL")
                             .bind(now, run->job, report.run)
                             .run());
    return true;
}

bool record_one(Database& database, const RunRejected& report, Time now)
{
    const auto run = read_run(database, report.run);
    if (!run)
        return was_given(database, report.run);
    if (run->ended_at || !holds_job(database, *run))
        return false;
    expect_one(database, database.query("DELETE FROM {run} WHERE id = ?").bind(report.run).run());
    expect_one(database, database
                             .query(R"SQL(
                                 UPDATE {job} SET run = NULL, attempts = max(attempts - 1, 0), state = ?,
                                     reason = ?, finished_at = ?
                                 WHERE id = ? AND state = 'running' AND run = ?
                             )SQL")
                             .bind(text_of(report.state), report.reason, now, run->job, report.run)
                             .run());
    return true;
}

} // namespace

bool record(Database& database, const RunReport& report, Time now)
{
    return std::visit([&](const auto& one) { return record_one(database, one, now); }, report);
}

void make_invalid(Database& database, JobId job, const std::string& reason, Time now)
{
    database
        .query(R"SQL(
            UPDATE {job} SET state = 'invalid', reason = ?, finished_at = ?
            WHERE id = ? AND state IN ('available', 'scheduled', 'retryable')
        )SQL")
        .bind(reason, now, job)
        .run();
}

} // namespace escher::sqlite
