#include "sqlite/run_row.hpp"

#include "core/text.hpp"
#include "sqlite/job_row.hpp"

#include <algorithm>

namespace escher::sqlite {

namespace {

struct RunColumn {
    enum : int {
        id,
        job,
        attempt,
        claimed_at,
        started_at,
        ended_at,
        outcome,
        exit_code,
        signal,
        core_dumped,
        out_of_memory,
        error,
        message,
        by_shutdown,
        cpu_user,
        cpu_system,
        peak_memory,
        output_written,
        output_dropped,
        runner_pid,
        runner_started,
        runner_mark,
        boot_id,
        pid,
        process_started,
    };
};

int small(const Query& row, int column)
{
    return static_cast<int>(std::clamp<std::int64_t>(row.integer(column), -(1 << 30), 1 << 30));
}

std::optional<Outcome> decode_outcome(const Query& row)
{
    const auto outcome_kind = from_text<OutcomeKind>(row.bytes(RunColumn::outcome));
    if (!outcome_kind)
        return std::nullopt;
    switch (*outcome_kind) {
    case OutcomeKind::exited:
        return Exited{small(row, RunColumn::exit_code)};
    case OutcomeKind::signaled:
        return Signaled{small(row, RunColumn::signal), row.integer(RunColumn::core_dumped) != 0,
                        row.integer(RunColumn::out_of_memory) != 0};
    case OutcomeKind::timed_out:
        return TimedOut{};
    case OutcomeKind::cancelled:
        return Cancelled{row.integer(RunColumn::by_shutdown) != 0};
    case OutcomeKind::not_started:
        return NotStarted{small(row, RunColumn::error), row.text(RunColumn::message)};
    case OutcomeKind::lost:
        return Lost{row.text(RunColumn::message)};
    }
    return std::nullopt;
}

} // namespace

Run decode_run(const Query& row)
{
    Run run;
    run.id = RunId(row.integer(RunColumn::id));
    run.job = JobId(row.integer(RunColumn::job));
    run.attempt = small(row, RunColumn::attempt);
    run.claimed_at = bounded_time(row.integer(RunColumn::claimed_at));
    run.started_at = bounded_time(row, RunColumn::started_at);
    run.ended_at = bounded_time(row, RunColumn::ended_at);
    run.outcome = decode_outcome(row);
    run.usage.cpu_user = Duration(row.integer(RunColumn::cpu_user));
    run.usage.cpu_system = Duration(row.integer(RunColumn::cpu_system));
    run.usage.peak_memory_bytes = row.integer(RunColumn::peak_memory);
    run.output.written = row.integer(RunColumn::output_written);
    run.output.dropped = row.integer(RunColumn::output_dropped);
    const auto boot_id = row.text(RunColumn::boot_id);
    run.runner.process = {row.integer(RunColumn::runner_pid), row.integer(RunColumn::runner_started), boot_id};
    run.runner.mark = row.integer(RunColumn::runner_mark);
    if (const auto pid = row.maybe_integer(RunColumn::pid))
        run.process = ProcessIdentity{*pid, row.integer(RunColumn::process_started), boot_id};
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
