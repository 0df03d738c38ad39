#include "core/human_text.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "sqlite/connection/transaction.hpp"
#include "sqlite/flat_json.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/sqlite_store.hpp"

#include <escher/error.hpp>

#include <algorithm>
#include <cmath>

namespace escher::sqlite {

namespace {

bool is_current(Database& database, JobId job, RunId run)
{
    return database.query("SELECT 1 FROM {job} WHERE id = ? AND state = 'running' AND run = ?").bind(job, run).step();
}

} // namespace

bool SqliteStore::set_progress(JobId job, RunId run, const Progress& progress)
{
    if (!std::isfinite(progress.percent))
        throw Error(ErrorKind::bad_data, "the progress of a job is a number from 0 to 100");
    Transaction transaction(database_, "record progress in the database", Durability::relaxed);
    const int changed = database_
                            .query(R"SQL(
                                UPDATE {job} SET progress = ?, progress_text = ?, progress_at = ?
                                WHERE id = ? AND state = 'running' AND run = ?
                            )SQL")
                            .bind(std::clamp(progress.percent, 0.0, 100.0), cut_utf8(progress.text, JobLimits::text),
                                  progress.at, job, run)
                            .run();
    if (changed != 1)
        return false;
    transaction.commit();
    return true;
}

bool SqliteStore::add_message(JobId job, const Message& message)
{
    Transaction transaction(database_, "record a message in the database");
    if (message.run ? !is_current(database_, job, *message.run)
                    : !database_.query("SELECT 1 FROM {job} WHERE id = ?").bind(job).step())
        return false;
    database_.query("INSERT INTO {message} (job, run, at, level, text) VALUES (?, ?, ?, ?, ?)")
        .bind(job, message.run, message.at, text_of(message.level), cut_utf8(message.text, JobLimits::message))
        .run();
    database_
        .query(R"SQL(
            DELETE FROM {message} WHERE job = ?1 AND id <= (SELECT id FROM {message} INDEXED BY {message}_job
                WHERE job = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
        )SQL")
        .bind(job, JobLimits::messages)
        .run();
    transaction.commit();
    return true;
}

bool SqliteStore::set_note(JobId job, RunId run, const Note& note)
{
    if (note.key.empty() || !text_problem(note.key, JobLimits::text).empty())
        throw Error(ErrorKind::bad_data,
                    "the key of a note is a text of 1 to " + std::to_string(JobLimits::text) + " bytes");
    if (note.value.size() > JobLimits::note)
        throw Error(ErrorKind::bad_data,
                    "the note '" + note.key + "' is longer than " + human_bytes(JobLimits::note));
    if (!is_json(note.value))
        throw Error(ErrorKind::bad_data, "the note '" + note.key + "' is not JSON; a text needs its quotation marks");
    Transaction transaction(database_, "record a note in the database");
    if (!is_current(database_, job, run))
        return false;
    const bool is_new = !database_.query("SELECT 1 FROM {note} WHERE job = ? AND key = ?").bind(job, note.key).step();
    if (is_new) {
        Query query = database_.query("SELECT count(*) FROM {note} WHERE job = ?");
        query.bind(job).step();
        if (query.integer(0) >= JobLimits::notes)
            throw Error(ErrorKind::bad_data, "a job keeps at most " + std::to_string(JobLimits::notes) + " notes");
    }
    database_.query("INSERT OR REPLACE INTO {note} (job, key, value, at) VALUES (?, ?, ?, ?)")
        .bind(job, note.key, note.value, note.at)
        .run();
    transaction.commit();
    return true;
}

} // namespace escher::sqlite
