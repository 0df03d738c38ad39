#pragma once

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

/// Bounds of what a row may hold, in bytes.
struct RowBounds {
    static constexpr std::size_t key = 1024; ///< name, unique_key, concurrency_key, created_by
    static constexpr std::size_t queue = 255; ///< task and schedule too
    static constexpr std::size_t work = 2 * 1024 * 1024; ///< command or params, as JSON
    static constexpr std::size_t input = 64 * 1024 * 1024;
    static constexpr std::int64_t priority = 1'000'000; ///< either side of 0
    static constexpr std::int64_t retries = 1'000'000;
    static constexpr std::int64_t attempts = 999'999'999; ///< less than the schema allows by one
    static constexpr std::int64_t latest_time = 253'402'300'799'999; ///< the end of the year 9999
};

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
