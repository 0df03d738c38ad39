#include "json/next_json.hpp"

#include "json/json_writer.hpp"

namespace escher {

namespace {

/// The members of a time, into the object that is open.
void write_time(JsonWriter& json, const NextTimes::Due& due)
{
    json.key("time").value(due.at).key("due").value(due.due);
    json.key("local").value(due.local).key("zone").value(due.zone);
    json.key("note");
    if (due.note.empty())
        json.null();
    else
        json.value(due.note);
}

void write_facts(JsonWriter& json, const NextTimes& next)
{
    json.key("schedule");
    if (next.schedule.empty())
        json.null();
    else
        json.value(next.schedule);
    json.key("expression").value(next.expression.empty() ? next.normalized : next.expression);
    json.key("normalized").value(next.normalized);
    json.key("explanation").value(next.explanation);
    json.key("timezone").value(next.zone_name);
    json.key("enabled").value(next.enabled);
    json.key("jitter_ms").value(static_cast<std::int64_t>(next.jitter.count()));
    json.key("times").begin_array();
    for (const auto& due : next.times) {
        json.begin_object();
        write_time(json, due);
        json.end_object();
    }
    json.end_array();
    json.key("clock_changes").begin_array();
    for (const std::string& change : next.clock_changes)
        json.value(change);
    json.end_array();
}

} // namespace

std::string next_json(const NextTimes& next)
{
    JsonWriter json;
    json.begin_object().key("schema").value(1);
    write_facts(json, next);
    json.end_object();
    return json.text() + '\n';
}

std::string next_json(std::span<const NextTimes> all)
{
    JsonWriter json;
    json.begin_object().key("schema").value(1).key("schedules").begin_array();
    for (const NextTimes& next : all) {
        json.begin_object();
        write_facts(json, next);
        json.end_object();
    }
    json.end_array();
    json.key("times").begin_array();
    for (const auto& [of, due] : soonest_first(all)) {
        json.begin_object().key("schedule").value(of->schedule);
        write_time(json, *due);
        json.end_object();
    }
    json.end_array().end_object();
    return json.text() + '\n';
}

} // namespace escher
