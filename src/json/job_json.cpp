#include "json/job_json.hpp"

#include "core/text.hpp"
#include "json/message_json.hpp"
#include "json/note_json.hpp"
#include "json/run_json.hpp"
#include "json/schedule_json.hpp"

namespace escher {

namespace {

void write_words(JsonWriter& json, std::string_view name, const std::vector<std::string>* words)
{
    if (words != nullptr)
        json.array(name, *words);
    else
        json.key(name).null();
}

void write_work(JsonWriter& json, const Work& work)
{
    const auto* command = std::get_if<escher::Command>(&work);
    const auto* call = std::get_if<TaskCall>(&work);
    write_words(json, "command", command != nullptr ? &command->argv : nullptr);
    json.member_or_null("task", call != nullptr ? std::string_view(call->task) : std::string_view());
    json.key("params");
    if (call == nullptr) {
        json.null();
        return;
    }
    json.begin_object();
    for (const auto& [name, value] : call->params)
        json.member(name, value);
    json.end_object();
}

void write_progress(JsonWriter& json, const std::optional<Progress>& progress)
{
    json.member("progress", progress ? std::optional(progress->percent) : std::nullopt);
    json.member_or_null("progress_text", progress ? std::string_view(progress->text) : std::string_view());
    json.member("progress_at", progress ? std::optional(progress->at) : std::nullopt);
}

void write_members(JsonWriter& json, const JobFacts& facts, Time now)
{
    const Job& job = facts.job;
    json.member("id", job.id).member("token", job.token).member("name", job.name);
    json.member_or_null("queue", job.queue ? std::string_view(*job.queue) : std::string_view());
    json.member("priority", job.priority).member("state", text_of(job.state));
    json.member_or_null("reason", facts.reason);
    write_work(json, job.work);
    write_words(json, "argv", facts.argv ? &*facts.argv : nullptr);
    write_progress(json, job.progress);
    json.member("expected_end", facts.expected_end);
    json.member_or_null("created_by", job.created_by);
    json.member("created_at", job.created_at).member("run_at", job.run_at);
    json.member("started_at", job.started_at).member("finished_at", job.finished_at);
    json.member("cancel_requested_at", job.cancel_requested_at);
    json.member("timeout_ms", job.timeout).member("retries", job.retries).member("attempts", job.attempts);
    json.member_or_null("unique_key", job.unique_key).member_or_null("concurrency_key", job.concurrency_key);
    json.member_or_null("schedule", job.schedule).member("nominal_at", job.nominal_at);
    json.array("waits_for", job.waits_for, [&](const Dependency& dependency) {
        json.begin_object().member("job", dependency.needs).member("any_end", dependency.any_end).end_object();
    });
    json.array("runs", facts.runs, [&](const Run& run) { write_run(json, run, now); });
}

void write_members(JsonWriter& json, const JobSheet& sheet, Time now)
{
    write_members(json, sheet.facts, now);
    json.array("messages", sheet.messages, [&](const Message& message) { write_message(json, message); });
    json.array("notes", sheet.notes, [&](const Note& note) { write_note(json, note); });
}

} // namespace

void write_job(JsonWriter& json, const JobFacts& facts, Time now)
{
    json.begin_object();
    write_members(json, facts, now);
    json.end_object();
}

std::string job_json(const JobSheet& sheet, Time now)
{
    return json_document([&](JsonWriter& json) { write_members(json, sheet, now); });
}

std::string jobs_json(std::span<const JobSheet> sheets, Time now)
{
    return json_document([&](JsonWriter& json) {
        json.array("jobs", sheets, [&](const JobSheet& sheet) {
            json.begin_object();
            write_members(json, sheet, now);
            json.end_object();
        });
    });
}

std::string jobs_json(std::span<const JobFacts> jobs, Time now, const std::optional<ScheduleStanding>& schedule)
{
    return json_document([&](JsonWriter& json) {
        if (schedule) {
            json.key("schedule");
            write_schedule(json, *schedule);
        }
        json.array("jobs", jobs, [&](const JobFacts& facts) { write_job(json, facts, now); });
    });
}

} // namespace escher
