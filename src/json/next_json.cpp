#include "json/next_json.hpp"

#include "json/json_writer.hpp"

namespace escher {

namespace {

/// The members of a time, into the object that is open.
void write_time(JsonWriter& json, const NextTimes::Due& due)
{
    json.member("time", due.at).member("due", due.due).member("local", due.local).member("zone", due.zone);
    json.member_or_null("note", due.note);
}

void write_facts(JsonWriter& json, const NextTimes& next)
{
    json.member_or_null("schedule", next.schedule);
    json.member("expression", next.expression.empty() ? next.normalized : next.expression);
    json.member("normalized", next.normalized).member("explanation", next.explanation);
    json.member("timezone", next.zone_name).member("enabled", next.enabled).member("jitter_ms", next.jitter);
    json.array("times", next.times, [&](const NextTimes::Due& due) {
        json.begin_object();
        write_time(json, due);
        json.end_object();
    });
    json.array("clock_changes", next.clock_changes);
}

} // namespace

std::string next_json(const NextTimes& next)
{
    return json_document([&](JsonWriter& json) { write_facts(json, next); });
}

std::string next_json(std::span<const NextTimes> all)
{
    return json_document([&](JsonWriter& json) {
        json.array("schedules", all, [&](const NextTimes& next) {
            json.begin_object();
            write_facts(json, next);
            json.end_object();
        });
        json.array("times", soonest_first(all), [&](const Soonest& soonest) {
            json.begin_object().member("schedule", soonest.of->schedule);
            write_time(json, *soonest.due);
            json.end_object();
        });
    });
}

} // namespace escher
