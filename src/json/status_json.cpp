#include "json/status_json.hpp"

#include "config/words.hpp"
#include "core/text.hpp"
#include "json/json_writer.hpp"
#include "json/pause_json.hpp"
#include "json/schedule_json.hpp"

namespace escher {

namespace {

void write_tick(JsonWriter& json, std::string_view name, const std::optional<TickRecord>& tick)
{
    json.key(name);
    if (!tick) {
        json.null();
        return;
    }
    json.begin_object().member("started_at", tick->started_at).member("ended_at", tick->ended_at);
    json.member("pid", tick->pid).member("version", tick->version);
    json.member("claimed", tick->claimed).member("completed", tick->completed).member("failed", tick->failed);
    json.member("recovered", tick->recovered).member("pruned", tick->pruned);
    json.member_or_null("error", tick->error).end_object();
}

void write_live_tick(JsonWriter& json, const std::optional<StatusFacts::LiveTick>& tick)
{
    json.key("live_tick");
    if (tick)
        json.begin_object().member("pid", tick->pid).member("since", tick->since).end_object();
    else
        json.null();
}

void write_counts(JsonWriter& json, const Summary& summary)
{
    json.key("jobs").begin_object();
    for (const auto& name : names<JobState>) {
        const auto found = summary.jobs.find(name.value);
        json.member(name.text, found == summary.jobs.end() ? std::int64_t{0} : found->second);
    }
    json.end_object();
}

} // namespace

std::string status_json(const StatusFacts& facts)
{
    return json_document([&](JsonWriter& json) {
        json.member("now", facts.now).member("mode", text_of(facts.mode)).array("warnings", status_warnings(facts));
        json.member_or_null("held", facts.held.value_or(""));
        write_tick(json, "last_tick", facts.summary.last_tick);
        write_tick(json, "last_success", facts.summary.last_success);
        write_live_tick(json, facts.live_tick);
        write_counts(json, facts.summary);
        json.member("oldest_running", facts.oldest_running).array("unsupervised", facts.unsupervised);
        json.member("oldest_available", facts.summary.oldest_available).member("next_due", soonest_due(facts));
        json.array("pauses", facts.pauses, [&](const Pause& pause) { write_pause(json, pause); });
        json.array("schedules", facts.schedules,
                   [&](const ScheduleStanding& schedule) { write_schedule(json, schedule); });
        json.member("database", facts.database).member("database_bytes", facts.database_bytes);
    });
}

} // namespace escher
