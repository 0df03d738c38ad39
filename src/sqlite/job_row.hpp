#pragma once

#include "core/job_limits.hpp"
#include "sqlite/connection/database.hpp"

#include <escher/job.hpp>

#include <string>
#include <string_view>

/// The columns that decode_job() reads. Not stdin, which may be long.
#define ESCHER_JOB_COLUMNS                                                                                           \
    "id, token, state, queue, priority, run_at, blocked, run, attempts, retries, timeout, created_at, started_at, "  \
    "finished_at, cancel_requested_at, nominal_at, schedule, unique_key, concurrency_key, created_by, progress, "    \
    "progress_at, progress_text, name, reason, task, params, command"

namespace escher::sqlite {

/// What is wrong with a text that came from outside, like "is not valid UTF-8"; empty: nothing.
[[nodiscard]] std::string text_problem(std::string_view text, std::size_t most);

/// A job from ESCHER_JOB_COLUMNS. Never throws for what the row holds: where a value has the wrong type or is out of
/// bounds, it is left out and `work` is Unrunnable, with the reason. `waits_for` is not filled in.
[[nodiscard]] Job decode_job(const Query& row);

/// Fills in `waits_for`; cheap for a job that waits for none.
void read_dependencies(Database& database, Job& job);

/// The concurrency key of a row of ESCHER_JOB_COLUMNS, as it stands; empty where it is no text.
[[nodiscard]] std::string key_of(const Query& row);

/// True if the row of decode_job() is blocked by a dependency.
[[nodiscard]] bool is_blocked(const Query& row);

/// The size of a job's stdin in bytes without reading it; 0: none.
[[nodiscard]] std::size_t input_size(Database& database, JobId job);

/// Times that come from rows, kept to what calendars can write.
[[nodiscard]] Time bounded_time(std::int64_t milliseconds);
[[nodiscard]] std::optional<Time> bounded_time(const Query& row, int column);

} // namespace escher::sqlite
