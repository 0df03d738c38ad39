#include "core/text.hpp"
#include "sqlite/cancel.hpp"
#include "sqlite/connection/transaction.hpp"
#include "sqlite/dependants.hpp"
#include "sqlite/insert.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/sqlite_store.hpp"

#include <algorithm>

namespace escher::sqlite {

namespace {

void remember(Database& database, const ScheduleMark& mark)
{
    database.query("INSERT OR REPLACE INTO {schedule} (name, definition, since, boot_id) VALUES (?, ?, ?, ?)")
        .bind(mark.name, mark.definition, mark.since, mark.boot_id)
        .run();
}

/// False if the due time is on record already.
bool record_occurrence(Database& database, const Occurrence& occurrence)
{
    return database
               .query(R"SQL(
                   INSERT OR IGNORE INTO {occurrence} (schedule, nominal_at, result, reason, job, decided_at)
                   VALUES (?, ?, ?, ?, ?, ?)
               )SQL")
               .bind(occurrence.schedule, occurrence.nominal_at, text_of(occurrence.result),
                     occurrence.reason.empty() ? std::nullopt : std::optional(occurrence.reason), occurrence.job,
                     occurrence.decided_at)
               .run() == 1;
}

/// Decided due times are looked up by people, not by ticks: `evaluated_until` keeps them from being decided again.
constexpr Duration occurrences_kept = std::chrono::hours(24 * 90);

void drop_old_occurrences(Database& database, const std::string& schedule, Time now)
{
    database.query("DELETE FROM {occurrence} WHERE schedule = ? AND nominal_at < ?")
        .bind(schedule, now - occurrences_kept)
        .run();
}

std::optional<Time> read_evaluated_until(Database& database)
{
    Query query = database.query("SELECT value FROM {meta} WHERE key = 'evaluated_until'");
    return query.step() ? bounded_time(query, 0) : std::nullopt;
}

Occurrence decode_occurrence(const Query& row)
{
    Occurrence occurrence;
    occurrence.schedule = row.text(0);
    occurrence.nominal_at = bounded_time(row.integer(1));
    occurrence.result = from_text<OccurrenceResult>(row.bytes(2)).value_or(OccurrenceResult::skipped);
    occurrence.reason = row.text(3);
    if (const auto job = row.maybe_integer(4))
        occurrence.job = JobId(*job);
    occurrence.decided_at = bounded_time(row.integer(5));
    return occurrence;
}

} // namespace

ScheduleMemory SqliteStore::schedule_memory()
{
    const Snapshot snapshot(database_, "read the database");
    ScheduleMemory memory;
    {
        Query query = database_.query("SELECT name, definition, since, boot_id FROM {schedule} ORDER BY name");
        while (query.step()) {
            ScheduleMark mark{query.text(0), query.text(1), bounded_time(query.integer(2)), query.text(3)};
            auto name = mark.name;
            memory.marks.emplace_hint(memory.marks.end(), std::move(name), std::move(mark));
        }
    }
    memory.evaluated_until = read_evaluated_until(database_);
    return memory;
}

std::map<std::string, std::vector<JobId>> SqliteStore::unfinished_of(std::span<const std::string> schedules)
{
    const Snapshot snapshot(database_, "read the database");
    std::map<std::string, std::vector<JobId>> unfinished;
    for (const auto& schedule : schedules) {
        auto& jobs = unfinished[schedule];
        Query query = database_.query(R"SQL(
            SELECT id FROM {job} INDEXED BY {job}_schedule WHERE schedule = ? AND finished_at IS NULL ORDER BY id
        )SQL");
        query.bind(schedule);
        while (query.step())
            jobs.push_back(JobId(query.integer(0)));
    }
    return unfinished;
}

std::optional<std::vector<Occurrence>> SqliteStore::record_schedules(const ScheduleStep& step, Time now)
{
    const bool weighty = !step.marks.empty() || !step.occurrences.empty();
    Transaction transaction(database_, "record schedules in the database",
                            weighty ? Durability::full : Durability::relaxed);
    if (read_evaluated_until(database_) != step.evaluated_from)
        return std::nullopt;
    for (const auto& mark : step.marks)
        remember(database_, mark);
    std::vector<Occurrence> recorded;
    for (const auto& each : step.occurrences) {
        auto occurrence = each.occurrence;
        if (!record_occurrence(database_, occurrence))
            continue;
        for (const auto job : each.replaces)
            cancel_job(database_, job, "replaced by the next job of schedule " + occurrence.schedule, now);
        if (each.creates) {
            occurrence.job =
                insert_job(database_, *each.creates, "the job of schedule " + occurrence.schedule, now).id;
            database_.query("UPDATE {occurrence} SET job = ? WHERE schedule = ? AND nominal_at = ?")
                .bind(occurrence.job, occurrence.schedule, occurrence.nominal_at)
                .run();
        }
        recorded.push_back(std::move(occurrence));
    }
    for (const auto& each : recorded)
        if (&each == &recorded.back() || each.schedule != (&each + 1)->schedule)
            drop_old_occurrences(database_, each.schedule, now);
    database_.query("INSERT OR REPLACE INTO {meta} (key, value) VALUES ('evaluated_until', ?)")
        .bind(step.evaluated_until)
        .run();
    settle_dependants(database_, now);
    transaction.commit();
    return recorded;
}

std::vector<Occurrence> SqliteStore::occurrences(const std::string& schedule, int limit)
{
    Query query = database_.query(R"SQL(
        SELECT schedule, nominal_at, result, reason, job, decided_at FROM {occurrence}
        WHERE schedule = ? ORDER BY nominal_at DESC LIMIT ?
    )SQL");
    query.bind(schedule, std::max(limit, 0));
    std::vector<Occurrence> newest;
    while (query.step())
        newest.push_back(decode_occurrence(query));
    return newest;
}

} // namespace escher::sqlite
