#include "cli/next_view.hpp"

#include "core/duration.hpp"
#include "core/human_text.hpp"
#include "terminal/escape.hpp"
#include "terminal/render.hpp"
#include "json/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace escher::cli {

namespace {

std::string heading(const NextTimes& next, bool color)
{
    std::string text =
        next.schedule.empty() ? "" : styled(escape_for_terminal(next.schedule), Style::bold, color) + "  ";
    text += fmt::format("{}  {} ({})", styled(next.normalized, Style::bold, color), next.explanation, next.zone_name);
    if (next.jitter > Duration::zero())
        text += fmt::format(", plus up to {}", describe_duration(next.jitter));
    if (!next.enabled)
        text += styled("  disabled", Style::yellow, color);
    return text + '\n';
}

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

std::string row(const NextTimes& next, const NextTimes::Due& due)
{
    return due.local + '\t' + (next.schedule.empty() ? next.normalized : next.schedule) + '\t' + due.note + '\n';
}

struct Soonest {
    const NextTimes* of;
    const NextTimes::Due* due;
};

/// The times of all that are enabled, in their order.
std::vector<Soonest> in_order(std::span<const NextTimes> all)
{
    std::vector<Soonest> order;
    for (const NextTimes& next : all)
        if (next.enabled)
            for (const auto& due : next.times)
                order.push_back({&next, &due});
    std::stable_sort(order.begin(), order.end(),
                     [](const Soonest& a, const Soonest& b) { return a.due->at < b.due->at; });
    return order;
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

std::string next_text(const NextTimes& next, Time now, bool terminal, bool color)
{
    std::string text;
    if (terminal)
        text += heading(next, color);
    for (const auto& due : next.times) {
        if (!terminal) {
            text += row(next, due);
            continue;
        }
        text += fmt::format("  {} {:<5} {}", due.local, due.zone, relative_time(due.at, now));
        if (next.jitter > Duration::zero())
            text += fmt::format("  due {} with its jitter", due.due_local.substr(11, 8));
        if (!due.note.empty())
            text += "  " + styled(due.note, Style::yellow, color);
        text += '\n';
    }
    if (!terminal)
        return text;
    if (next.times.empty())
        text += "  no time to tell\n";
    for (const std::string& change : next.clock_changes)
        text += "  " + styled(change, Style::dim, color) + '\n';
    return text;
}

std::string next_rows(std::span<const NextTimes> all)
{
    std::string text;
    for (const auto& [of, due] : in_order(all))
        text += row(*of, *due);
    return text;
}

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
    for (const auto& [of, due] : in_order(all)) {
        json.begin_object().key("schedule").value(of->schedule);
        write_time(json, *due);
        json.end_object();
    }
    json.end_array().end_object();
    return json.text() + '\n';
}

} // namespace escher::cli
