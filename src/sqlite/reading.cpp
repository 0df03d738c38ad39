#include "core/text.hpp"
#include "sqlite/connection/transaction.hpp"
#include "sqlite/flat_json.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/run_row.hpp"
#include "sqlite/sqlite_store.hpp"

#include <algorithm>

namespace escher::sqlite {

namespace {

std::optional<TickRecord> decode_tick(Query& row)
{
    if (!row.step())
        return std::nullopt;
    TickRecord tick;
    tick.id = row.integer(0);
    tick.started_at = bounded_time(row.integer(1));
    tick.ended_at = bounded_time(row, 2);
    tick.pid = row.integer(3);
    tick.version = row.text(4);
    tick.claimed = static_cast<int>(row.integer(5));
    tick.completed = static_cast<int>(row.integer(6));
    tick.failed = static_cast<int>(row.integer(7));
    tick.recovered = static_cast<int>(row.integer(8));
    tick.pruned = static_cast<int>(row.integer(9));
    tick.error = row.text(10);
    return tick;
}

/// Which of the jobs in one state a list shows.
struct Part {
    JobState state = JobState::available;
    std::int64_t since = std::numeric_limits<std::int64_t>::min(); ///< of finished_at
};

std::vector<Part> parts_of(const JobFilter& filter)
{
    std::vector<Part> parts;
    for (const auto& name : names<JobState>) {
        if (filter.state && *filter.state != name.value)
            continue;
        Part part;
        part.state = name.value;
        if (filter.unfinished_or_recent && !filter.state && is_finished(name.value)) {
            if (!filter.finished_since)
                continue;
            part.since = filter.finished_since->time_since_epoch().count();
        }
        parts.push_back(part);
    }
    return parts;
}

/// The newest of one state, by id; of the finished ones that `since` lets in. SQLite sorts the latter, since they are
/// in the order of their end.
void read_part(Database& database, const Part& part, const JobFilter& filter, std::vector<std::int64_t>& ids)
{
    Query query = !is_finished(part.state) ? database.query(R"SQL(
                          SELECT id FROM {job} INDEXED BY {job}_unfinished
                          WHERE finished_at IS NULL AND state = ?1 AND (?2 IS NULL OR queue = ?2)
                              AND (?3 IS NULL OR schedule = ?3)
                          ORDER BY id DESC LIMIT ?4
                      )SQL")
                                           : database.query(R"SQL(
                          SELECT id FROM {job} INDEXED BY {job}_finished
                          WHERE finished_at IS NOT NULL AND state = ?1 AND (?2 IS NULL OR queue = ?2)
                              AND (?3 IS NULL OR schedule = ?3) AND finished_at >= ?5
                          ORDER BY id DESC LIMIT ?4
                      )SQL");
    query.bind(text_of(part.state), filter.queue, filter.schedule, filter.limit);
    if (is_finished(part.state))
        query.bind(part.since);
    while (query.step())
        ids.push_back(query.integer(0));
}

/// Every job, or every one of a schedule: by id, which needs no sorting.
void read_all(Database& database, const JobFilter& filter, std::vector<std::int64_t>& ids)
{
    Query query = filter.schedule ? database.query(R"SQL(
                          SELECT id FROM {job} INDEXED BY {job}_schedule
                          WHERE schedule = ?3 AND (?2 IS NULL OR queue = ?2) ORDER BY id DESC LIMIT ?1
                      )SQL")
                                  : database.query(R"SQL(
                          SELECT id FROM {job} WHERE (?2 IS NULL OR queue = ?2) ORDER BY id DESC LIMIT ?1
                      )SQL");
    query.bind(filter.limit, filter.queue);
    if (filter.schedule)
        query.bind(*filter.schedule);
    while (query.step())
        ids.push_back(query.integer(0));
}

} // namespace

std::optional<Job> SqliteStore::find(JobId id)
{
    const Snapshot snapshot(database_, "read the database");
    std::optional<Job> job;
    {
        Query query = database_.query("SELECT " ESCHER_JOB_COLUMNS " FROM {job} WHERE id = ?");
        if (!query.bind(id).step())
            return std::nullopt;
        job = decode_job(query);
    }
    read_dependencies(database_, *job);
    return job;
}

std::optional<JobId> SqliteStore::find_token(const std::string& token)
{
    Query query = database_.query("SELECT id FROM {job} WHERE token = ?");
    if (!query.bind(token).step())
        return std::nullopt;
    return JobId(query.integer(0));
}

std::vector<Job> SqliteStore::list(const JobFilter& filter)
{
    if (filter.limit <= 0)
        return {};
    const Snapshot snapshot(database_, "read the database");
    std::vector<std::int64_t> ids;
    if (!filter.unfinished_or_recent && !filter.state)
        read_all(database_, filter, ids);
    else
        for (const auto& part : parts_of(filter))
            read_part(database_, part, filter, ids);
    std::sort(ids.begin(), ids.end());
    const auto most = static_cast<std::size_t>(filter.limit);
    if (ids.size() > most)
        ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(most));
    std::vector<Job> jobs;
    jobs.reserve(ids.size());
    for (const auto id : ids) {
        if (auto job = find(JobId(id)))
            jobs.push_back(std::move(*job));
    }
    return jobs;
}

std::vector<Run> SqliteStore::runs(JobId job)
{
    Query query = database_.query("SELECT " ESCHER_RUN_COLUMNS("r") " FROM {run} AS r INDEXED BY {run}_job "
                                                                    "WHERE r.job = ? ORDER BY r.id");
    query.bind(job);
    std::vector<Run> runs;
    while (query.step())
        runs.push_back(decode_run(query));
    return runs;
}

std::vector<Message> SqliteStore::messages(JobId job)
{
    Query query = database_.query("SELECT run, at, level, text FROM {message} WHERE job = ? ORDER BY id");
    query.bind(job);
    std::vector<Message> messages;
    while (query.step()) {
        Message message;
        if (const auto run = query.maybe_integer(0))
            message.run = RunId(*run);
        message.at = bounded_time(query.integer(1));
        message.level = from_text<MessageLevel>(query.bytes(2)).value_or(MessageLevel::info);
        message.text = query.text(3);
        messages.push_back(std::move(message));
    }
    return messages;
}

std::vector<Note> SqliteStore::notes(JobId job)
{
    Query query = database_.query("SELECT key, value, at FROM {note} WHERE job = ? ORDER BY key");
    query.bind(job);
    std::vector<Note> notes;
    while (query.step())
        notes.push_back({query.text(0), as_json(query.text(1)), bounded_time(query.integer(2))});
    return notes;
}

Summary SqliteStore::summary()
{
    const Snapshot snapshot(database_, "read the database");
    Summary summary;
    const auto count = [&](Query query) {
        while (query.step())
            if (const auto state = from_text<JobState>(query.bytes(0)))
                summary.jobs[*state] += query.integer(1);
    };
    count(database_.query(R"SQL(
        SELECT state, count(*) FROM {job} INDEXED BY {job}_unfinished WHERE finished_at IS NULL GROUP BY state
    )SQL"));
    count(database_.query(R"SQL(
        SELECT state, count(*) FROM {job} INDEXED BY {job}_finished WHERE finished_at IS NOT NULL GROUP BY state
    )SQL"));
    {
        Query query = database_.query(R"SQL(
            SELECT id, started_at, ended_at, pid, version, claimed, completed, failed, recovered, pruned, error
            FROM {tick} ORDER BY id DESC LIMIT 1
        )SQL");
        summary.last_tick = decode_tick(query);
    }
    {
        Query query = database_.query(R"SQL(
            SELECT id, started_at, ended_at, pid, version, claimed, completed, failed, recovered, pruned, error
            FROM {tick} WHERE ended_at IS NOT NULL AND error = '' ORDER BY id DESC LIMIT 1
        )SQL");
        summary.last_success = decode_tick(query);
    }
    {
        // The newest few: the primary key yields them, whatever the history.
        Query query = database_.query(R"SQL(
            SELECT sum(ended_at IS NOT NULL AND error = ''), sum(ended_at IS NOT NULL AND error <> ''),
                sum(ended_at IS NULL)
            FROM (SELECT ended_at, error FROM {tick} ORDER BY id DESC LIMIT ?)
        )SQL");
        query.bind(Summary::ticks_counted).step();
        summary.recent_ticks = TickCounts{.succeeded = static_cast<int>(query.integer(0)),
                                          .failed = static_cast<int>(query.integer(1)),
                                          .unfinished = static_cast<int>(query.integer(2))};
    }
    summary.next_due = next_due();
    {
        Query query = database_.query(R"SQL(
            SELECT min(run_at) FROM {job} INDEXED BY {job}_unfinished
            WHERE finished_at IS NULL AND state = 'available' AND blocked = 0 AND typeof(run_at) = 'integer'
        )SQL");
        query.step();
        summary.oldest_available = bounded_time(query, 0);
    }
    return summary;
}

std::optional<Duration> SqliteStore::usual_duration(const Job& job)
{
    const auto* call = std::get_if<TaskCall>(&job.work);
    // Only the newest thousand are looked at, so that a long history costs no more than a short one.
    Query query = database_.query(R"SQL(
        SELECT avg(duration) FROM (
            SELECT r.ended_at - r.started_at AS duration
            FROM (SELECT id, task, name, command, finished_at FROM {job} INDEXED BY {job}_finished
                WHERE finished_at IS NOT NULL AND state = 'completed' ORDER BY finished_at DESC LIMIT 1000) AS j
            JOIN {run} AS r INDEXED BY {run}_job ON r.job = j.id AND r.outcome = 'exited' AND r.exit_code = 0
            WHERE CASE WHEN ?1 IS NOT NULL THEN j.task = ?1 ELSE j.task IS NULL AND j.name IS ?2 AND
                (?2 IS NOT NULL OR j.command = (SELECT command FROM {job} WHERE id = ?3)) END
            ORDER BY j.finished_at DESC LIMIT 10)
    )SQL");
    std::optional<std::string> stored_name;
    {
        Query name = database_.query("SELECT name FROM {job} WHERE id = ?");
        if (name.bind(job.id).step() && name.type(0) == ValueType::text)
            stored_name = name.text(0);
        else if (!std::holds_alternative<Command>(job.work))
            stored_name = job.name;
    }
    query.bind(call != nullptr ? std::optional(call->task) : std::nullopt, stored_name, job.id);
    if (!query.step() || query.is_null(0))
        return std::nullopt;
    return Duration(static_cast<std::int64_t>(std::max(query.real(0), 0.0)));
}

} // namespace escher::sqlite
