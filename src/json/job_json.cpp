#include "json/job_json.hpp"

#include "app/run_facts.hpp"
#include "core/retry.hpp"
#include "core/text.hpp"

namespace escher {

namespace {

std::int64_t number(JobId job)
{
    return static_cast<std::int64_t>(job);
}

void write(JsonWriter& json, std::string_view key, std::string_view text)
{
    json.key(key);
    if (text.empty())
        json.null();
    else
        json.value(text);
}

void write(JsonWriter& json, std::string_view key, const std::optional<Time>& time)
{
    json.key(key);
    if (time)
        json.value(*time);
    else
        json.null();
}

void write(JsonWriter& json, std::string_view key, const std::optional<Duration>& duration)
{
    json.key(key);
    if (duration)
        json.value(static_cast<std::int64_t>(duration->count()));
    else
        json.null();
}

void write(JsonWriter& json, std::string_view key, const std::optional<std::int64_t>& value)
{
    json.key(key);
    if (value)
        json.value(*value);
    else
        json.null();
}

void write_words(JsonWriter& json, std::string_view key, const std::vector<std::string>* words)
{
    json.key(key);
    if (words == nullptr) {
        json.null();
        return;
    }
    json.begin_array();
    for (const std::string& word : *words)
        json.value(word);
    json.end_array();
}

void write_work(JsonWriter& json, const Work& work)
{
    const auto* command = std::get_if<escher::Command>(&work);
    write_words(json, "command", command != nullptr ? &command->argv : nullptr);
    const auto* call = std::get_if<TaskCall>(&work);
    write(json, "task", call != nullptr ? std::string_view(call->task) : std::string_view());
    json.key("params");
    if (call == nullptr) {
        json.null();
        return;
    }
    json.begin_object();
    for (const auto& [key, value] : call->params)
        json.key(key).value(value);
    json.end_object();
}

void write_progress(JsonWriter& json, const Job& job, const std::optional<Time>& expected_end)
{
    json.key("progress");
    if (job.progress)
        json.value(job.progress->percent);
    else
        json.null();
    write(json, "progress_text", job.progress ? std::string_view(job.progress->text) : std::string_view());
    write(json, "progress_at", job.progress ? std::optional(job.progress->at) : std::nullopt);
    write(json, "expected_end", expected_end);
}

void write_outcome(JsonWriter& json, const Run& run)
{
    if (!run.outcome) {
        json.key("outcome").null().key("description").null();
        for (const char* key : {"exit_code", "signal", "core_dumped", "out_of_memory", "error", "message"})
            json.key(key).null();
        return;
    }
    const Outcome& outcome = *run.outcome;
    json.key("outcome").value(text_of(kind(outcome))).key("description").value(describe(outcome));
    const auto* exited = std::get_if<Exited>(&outcome);
    const auto* signaled = std::get_if<Signaled>(&outcome);
    const auto* not_started = std::get_if<NotStarted>(&outcome);
    const auto* lost = std::get_if<Lost>(&outcome);
    write(json, "exit_code", exited != nullptr ? std::optional<std::int64_t>(exited->code) : std::nullopt);
    write(json, "signal", signaled != nullptr ? std::optional<std::int64_t>(signaled->signal) : std::nullopt);
    json.key("core_dumped").value(signaled != nullptr && signaled->core);
    json.key("out_of_memory").value(signaled != nullptr && signaled->out_of_memory);
    write(json, "error", not_started != nullptr ? std::optional<std::int64_t>(not_started->error) : std::nullopt);
    write(json, "message",
          not_started != nullptr ? std::string_view(not_started->message)
          : lost != nullptr      ? std::string_view(lost->message)
                                 : std::string_view());
}

} // namespace

void write_run(JsonWriter& json, const Run& run, Time now)
{
    json.begin_object();
    json.key("id").value(static_cast<std::int64_t>(run.id)).key("attempt").value(run.attempt);
    write(json, "claimed_at", std::optional(run.claimed_at));
    write(json, "started_at", run.started_at);
    write(json, "ended_at", run.ended_at);
    write(json, "duration_ms", duration_of(run, now));
    write_outcome(json, run);
    const bool ended = run.ended_at.has_value();
    const auto known = [&](std::int64_t value) { return ended ? std::optional(value) : std::nullopt; };
    write(json, "cpu_user_ms", known(run.usage.cpu_user.count()));
    write(json, "cpu_system_ms", known(run.usage.cpu_system.count()));
    write(json, "peak_memory_bytes", known(run.usage.peak_memory_bytes));
    write(json, "output_bytes", known(run.output.written));
    write(json, "output_dropped_bytes", known(run.output.dropped));
    write(json, "output_file", run.output_file);
    write(json, "pid", run.process ? std::optional(run.process->pid) : std::nullopt);
    json.key("tick_pid").value(run.runner.process.pid);
    json.end_object();
}

void write_job_members(JsonWriter& json, const Job& job, const JobDetails& details, Time now)
{
    json.key("id").value(number(job.id)).key("token").value(job.token).key("name").value(job.name);
    write(json, "queue", std::string_view(job.queue ? *job.queue : std::string()));
    write(json, "priority", job.priority ? std::optional<std::int64_t>(*job.priority) : std::nullopt);
    json.key("state").value(text_of(job.state));
    write(json, "reason", details.reason);
    write_work(json, job.work);
    write_words(json, "argv", details.argv ? &*details.argv : nullptr);
    write_progress(json, job, details.expected_end);
    write(json, "created_by", job.created_by);
    write(json, "created_at", std::optional(job.created_at));
    write(json, "run_at", std::optional(job.run_at));
    write(json, "started_at", job.started_at);
    write(json, "finished_at", job.finished_at);
    write(json, "cancel_requested_at", job.cancel_requested_at);
    write(json, "timeout_ms", job.timeout);
    write(json, "retries", job.retries ? std::optional<std::int64_t>(*job.retries) : std::nullopt);
    json.key("attempts").value(job.attempts);
    write(json, "unique_key", job.unique_key);
    write(json, "concurrency_key", job.concurrency_key);
    write(json, "schedule", job.schedule);
    write(json, "nominal_at", job.nominal_at);
    json.key("waits_for").begin_array();
    for (const Dependency& dependency : job.waits_for)
        json.begin_object()
            .key("job")
            .value(number(dependency.needs))
            .key("any_end")
            .value(dependency.any_end)
            .end_object();
    json.end_array();
    json.key("runs").begin_array();
    for (const Run& run : details.runs)
        write_run(json, run, now);
    json.end_array();
}

void write_messages(JsonWriter& json, std::span<const Message> messages)
{
    json.begin_array();
    for (const Message& message : messages) {
        json.begin_object();
        write(json, "run", message.run ? std::optional(static_cast<std::int64_t>(*message.run)) : std::nullopt);
        write(json, "at", std::optional(message.at));
        json.key("level").value(text_of(message.level)).key("text").value(message.text).end_object();
    }
    json.end_array();
}

void write_notes(JsonWriter& json, std::span<const Note> notes)
{
    json.begin_array();
    for (const Note& note : notes) {
        json.begin_object().key("key").value(note.key).key("value").raw(note.value);
        write(json, "at", std::optional(note.at));
        json.end_object();
    }
    json.end_array();
}

} // namespace escher
