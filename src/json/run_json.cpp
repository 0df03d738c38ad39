#include "json/run_json.hpp"

#include "app/job_facts.hpp"
#include "core/output_name.hpp"
#include "core/retry.hpp"
#include "core/text.hpp"

namespace escher {

namespace {

void write_outcome(JsonWriter& json, const Run& run)
{
    if (!run.outcome) {
        for (const char* name :
             {"outcome", "description", "exit_code", "signal", "core_dumped", "out_of_memory", "error", "message"})
            json.key(name).null();
        return;
    }
    const Outcome& outcome = *run.outcome;
    const auto* exited = std::get_if<Exited>(&outcome);
    const auto* signaled = std::get_if<Signaled>(&outcome);
    const auto* not_started = std::get_if<NotStarted>(&outcome);
    const auto* lost = std::get_if<Lost>(&outcome);
    json.member("outcome", text_of(kind(outcome))).member("description", describe(outcome));
    json.member("exit_code", exited != nullptr ? std::optional(exited->code) : std::nullopt);
    json.member("signal", signaled != nullptr ? std::optional(signaled->signal) : std::nullopt);
    json.member("core_dumped", signaled != nullptr && signaled->core);
    json.member("out_of_memory", signaled != nullptr && signaled->out_of_memory);
    json.member("error", not_started != nullptr ? std::optional(not_started->error) : std::nullopt);
    json.member_or_null("message", not_started != nullptr ? std::string_view(not_started->message)
                                   : lost != nullptr      ? std::string_view(lost->message)
                                                          : std::string_view());
}

} // namespace

void write_run(JsonWriter& json, const Run& run, Time now)
{
    json.begin_object().member("id", run.id).member("attempt", run.attempt);
    json.member("claimed_at", run.claimed_at).member("started_at", run.started_at).member("ended_at", run.ended_at);
    json.member("duration_ms", duration_of(run, now));
    write_outcome(json, run);
    const bool ended = run.ended_at.has_value();
    const auto once_ended = [ended](auto value) { return ended ? std::optional(value) : std::nullopt; };
    json.member("cpu_user_ms", once_ended(run.usage.cpu_user));
    json.member("cpu_system_ms", once_ended(run.usage.cpu_system));
    json.member("peak_memory_bytes", once_ended(run.usage.peak_memory_bytes));
    json.member("output_bytes", once_ended(run.output.written));
    json.member("output_dropped_bytes", once_ended(run.output.dropped));
    json.member("output_file", output_name(run));
    json.member("pid", run.process ? std::optional(run.process->pid) : std::nullopt);
    json.member("tick_pid", run.runner.process.pid);
    json.end_object();
}

} // namespace escher
