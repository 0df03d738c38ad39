#include "sqlite/run_row.hpp"

#include "core/text.hpp"
#include "sqlite/job_row.hpp"

#include <algorithm>

namespace escher::sqlite {

namespace {

enum Column {
    c_id,
    c_job,
    c_attempt,
    c_claimed_at,
    c_started_at,
    c_ended_at,
    c_outcome,
    c_exit_code,
    c_signal,
    c_core_dumped,
    c_out_of_memory,
    c_error,
    c_message,
    c_by_shutdown,
    c_cpu_user,
    c_cpu_system,
    c_peak_memory,
    c_output_file,
    c_output_written,
    c_output_dropped,
    c_runner_pid,
    c_runner_started,
    c_runner_mark,
    c_boot_id,
    c_pid,
    c_process_started,
};

int small(const Query& row, int column)
{
    return static_cast<int>(std::clamp<std::int64_t>(row.integer(column), -(1 << 30), 1 << 30));
}

/// The name of a file in output.directory; a row must not lead out of it.
std::string file_name(std::string_view name)
{
    const bool leads_out = name.find('/') != std::string_view::npos || name.starts_with('.');
    const bool cut = name.find('\0') != std::string_view::npos;
    return leads_out || cut ? std::string() : std::string(name);
}

std::optional<Outcome> decode_outcome(const Query& row)
{
    const auto outcome_kind = from_text<OutcomeKind>(row.bytes(c_outcome));
    if (!outcome_kind)
        return std::nullopt;
    switch (*outcome_kind) {
    case OutcomeKind::exited:
        return Exited{small(row, c_exit_code)};
    case OutcomeKind::signaled:
        return Signaled{small(row, c_signal), row.integer(c_core_dumped) != 0, row.integer(c_out_of_memory) != 0};
    case OutcomeKind::timed_out:
        return TimedOut{};
    case OutcomeKind::cancelled:
        return Cancelled{row.integer(c_by_shutdown) != 0};
    case OutcomeKind::not_started:
        return NotStarted{small(row, c_error), row.text(c_message)};
    case OutcomeKind::lost:
        return Lost{row.text(c_message)};
    }
    return std::nullopt;
}

} // namespace

Run decode_run(const Query& row)
{
    Run run;
    run.id = RunId(row.integer(c_id));
    run.job = JobId(row.integer(c_job));
    run.attempt = small(row, c_attempt);
    run.claimed_at = bounded_time(row.integer(c_claimed_at));
    run.started_at = bounded_time(row, c_started_at);
    run.ended_at = bounded_time(row, c_ended_at);
    run.outcome = decode_outcome(row);
    run.usage.cpu_user = Duration(row.integer(c_cpu_user));
    run.usage.cpu_system = Duration(row.integer(c_cpu_system));
    run.usage.peak_memory_bytes = row.integer(c_peak_memory);
    run.output.written = row.integer(c_output_written);
    run.output.dropped = row.integer(c_output_dropped);
    run.output_file = file_name(row.bytes(c_output_file));
    const auto boot_id = row.text(c_boot_id);
    run.runner.process = {row.integer(c_runner_pid), row.integer(c_runner_started), boot_id};
    run.runner.mark = row.integer(c_runner_mark);
    if (const auto pid = row.maybe_integer(c_pid))
        run.process = ProcessIdentity{*pid, row.integer(c_process_started), boot_id};
    return run;
}

OutcomeColumns encode_outcome(const Outcome& outcome)
{
    OutcomeColumns columns;
    columns.outcome = text_of(kind(outcome));
    if (const auto* exited = std::get_if<Exited>(&outcome)) {
        columns.exit_code = exited->code;
    } else if (const auto* signaled = std::get_if<Signaled>(&outcome)) {
        columns.signal = signaled->signal;
        columns.core_dumped = signaled->core ? 1 : 0;
        columns.out_of_memory = signaled->out_of_memory ? 1 : 0;
    } else if (const auto* cancelled = std::get_if<Cancelled>(&outcome)) {
        columns.by_shutdown = cancelled->by_shutdown ? 1 : 0;
    } else if (const auto* not_started = std::get_if<NotStarted>(&outcome)) {
        columns.error = not_started->error;
        columns.message = not_started->message;
    } else if (const auto* lost = std::get_if<Lost>(&outcome)) {
        columns.message = lost->message;
    }
    return columns;
}

} // namespace escher::sqlite
