#include "json/status_json.hpp"

#include "core/text.hpp"
#include "json/json_writer.hpp"

namespace escher {

namespace {

void optional_time(JsonWriter& json, std::string_view key, const std::optional<Time>& time)
{
    json.key(key);
    if (time)
        json.value(*time);
    else
        json.null();
}

void optional_text(JsonWriter& json, std::string_view key, const std::string& text)
{
    json.key(key);
    if (text.empty())
        json.null();
    else
        json.value(text);
}

void write_tick(JsonWriter& json, std::string_view key, const std::optional<TickRecord>& tick)
{
    json.key(key);
    if (!tick) {
        json.null();
        return;
    }
    json.begin_object().key("started_at").value(tick->started_at);
    optional_time(json, "ended_at", tick->ended_at);
    json.key("pid").value(tick->pid).key("version").value(tick->version);
    json.key("claimed").value(tick->claimed).key("completed").value(tick->completed);
    json.key("failed").value(tick->failed).key("recovered").value(tick->recovered);
    json.key("pruned").value(tick->pruned);
    optional_text(json, "error", tick->error);
    json.end_object();
}

void write_schedule(JsonWriter& json, const StatusFacts::ScheduleFacts& schedule)
{
    json.begin_object().key("name").value(schedule.name).key("recurrence").value(schedule.text);
    json.key("enabled").value(schedule.enabled);
    json.key("last");
    if (schedule.last) {
        json.begin_object().key("nominal_at").value(schedule.last->nominal_at);
        json.key("result").value(text_of(schedule.last->result));
        optional_text(json, "reason", schedule.last->reason);
        json.key("job");
        if (schedule.last->job)
            json.value(static_cast<std::int64_t>(*schedule.last->job));
        else
            json.null();
        optional_text(json, "job_state", schedule.last_job ? std::string(text_of(*schedule.last_job)) : "");
        json.end_object();
    } else {
        json.null();
    }
    optional_time(json, "next", schedule.enabled ? schedule.next : std::nullopt);
    json.end_object();
}

} // namespace

std::string status_json(const StatusFacts& facts)
{
    JsonWriter json;
    json.begin_object().key("schema").value(1).key("now").value(facts.now);
    json.key("mode").value(facts.mode == RunMode::cron ? "cron" : "automatic");
    json.key("warnings").begin_array();
    for (const std::string& warning : status_warnings(facts))
        json.value(warning);
    json.end_array();
    optional_text(json, "held", facts.held.value_or(""));
    write_tick(json, "last_tick", facts.summary.last_tick);
    write_tick(json, "last_success", facts.summary.last_success);
    json.key("live_tick");
    if (facts.live_tick)
        json.begin_object()
            .key("pid")
            .value(facts.live_tick->pid)
            .key("since")
            .value(facts.live_tick->since)
            .end_object();
    else
        json.null();
    json.key("jobs").begin_object();
    for (const auto& name : names<JobState>) {
        const auto found = facts.summary.jobs.find(name.value);
        json.key(name.text).value(found == facts.summary.jobs.end() ? std::int64_t{0} : found->second);
    }
    json.end_object();
    optional_time(json, "oldest_available", facts.summary.oldest_available);
    optional_time(json, "next_due", soonest_due(facts));
    json.key("pauses").begin_array();
    for (const Pause& pause : facts.pauses) {
        json.begin_object();
        optional_text(json, "queue", pause.queue);
        json.key("since").value(pause.since);
        optional_time(json, "until", pause.until);
        optional_text(json, "by", pause.by);
        optional_text(json, "reason", pause.reason);
        json.end_object();
    }
    json.end_array().key("schedules").begin_array();
    for (const auto& schedule : facts.schedules)
        write_schedule(json, schedule);
    json.end_array();
    json.key("database").value(facts.database).key("database_bytes").value(facts.database_bytes);
    json.end_object();
    return json.text() + '\n';
}

} // namespace escher
