#include "cli/plan_view.hpp"

#include "core/text.hpp"
#include "core/time_text.hpp"
#include "core/zone.hpp"
#include "terminal/escape.hpp"
#include "terminal/render.hpp"
#include "terminal/table.hpp"
#include "json/json_writer.hpp"

#include <fmt/format.h>

namespace escher::cli {

namespace {

struct Wording {
    const char* text; ///< for people
    const char* json;
    Style style;
};

Wording wording(PlannedJob::Action action)
{
    switch (action) {
    case PlannedJob::Action::start:
        return {"would start", "start", Style::green};
    case PlannedJob::Action::refuse:
        return {"would be refused", "refuse", Style::red};
    case PlannedJob::Action::run:
        return {"runs", "run", Style::plain};
    case PlannedJob::Action::wait:
        return {"waits", "wait", Style::yellow};
    }
    return {"", "", Style::plain};
}

std::string id_text(const PlannedJob& planned)
{
    return planned.is_new ? "new" : std::to_string(static_cast<std::int64_t>(planned.job.id));
}

std::string reason_text(const PlannedJob& planned)
{
    if (!planned.is_new)
        return planned.reason;
    std::string text = "made by schedule " + planned.job.schedule;
    if (planned.job.nominal_at)
        text += " for " + format_rfc3339(*planned.job.nominal_at, Zone::utc());
    return planned.reason.empty() ? text : text + "; " + planned.reason;
}

void write_text_or_null(JsonWriter& json, std::string_view key, const std::string& text)
{
    json.key(key);
    if (text.empty())
        json.null();
    else
        json.value(text);
}

void write_job(JsonWriter& json, const PlannedJob& planned)
{
    json.begin_object().key("id");
    if (planned.is_new)
        json.null();
    else
        json.value(static_cast<std::int64_t>(planned.job.id));
    json.key("name").value(planned.job.name);
    write_text_or_null(json, "queue", planned.job.queue.value_or(""));
    json.key("action").value(wording(planned.action).json);
    write_text_or_null(json, "reason", planned.reason);
    write_text_or_null(json, "schedule", planned.job.schedule);
    json.key("nominal_at");
    if (planned.job.nominal_at)
        json.value(*planned.job.nominal_at);
    else
        json.null();
    json.end_object();
}

} // namespace

std::string plan_text(const Plan& plan, const PlanLook& look)
{
    Table table({{.title = "ID", .right = true},
                 {.title = "NAME"},
                 {.title = "QUEUE"},
                 {.title = "PLAN"},
                 {.title = "REASON", .wide = true}});
    for (const PlannedJob& planned : plan.jobs) {
        const Wording words = wording(planned.action);
        table.add({{id_text(planned)},
                   {planned.job.name},
                   {planned.job.queue.value_or("default")},
                   {words.text, words.style},
                   {reason_text(planned)}});
    }
    std::string text = table.empty() ? "" : table.text(look.terminal, look.color, look.width);
    for (const Occurrence& occurrence : plan.occurrences) {
        if (occurrence.result == OccurrenceResult::created)
            continue; // its job is among the others
        const std::string nominal = format_rfc3339(occurrence.nominal_at, Zone::utc());
        const std::string reason = escape_for_terminal(occurrence.reason);
        if (look.terminal)
            text += fmt::format("schedule {} of {} would be {}{}{}\n", escape_for_terminal(occurrence.schedule),
                                nominal, text_of(occurrence.result), reason.empty() ? "" : ": ", reason);
        else
            text += fmt::format("-\t{}\t-\twould be {}\t{} {}\n", escape_for_terminal(occurrence.schedule),
                                text_of(occurrence.result), nominal, reason);
    }
    return text;
}

std::string plan_json(const Plan& plan)
{
    JsonWriter json;
    json.begin_object().key("schema").value(1).key("at").value(plan.at).key("jobs").begin_array();
    for (const PlannedJob& planned : plan.jobs)
        write_job(json, planned);
    json.end_array().key("occurrences").begin_array();
    for (const Occurrence& occurrence : plan.occurrences) {
        json.begin_object().key("schedule").value(occurrence.schedule);
        json.key("nominal_at").value(occurrence.nominal_at).key("result").value(text_of(occurrence.result));
        write_text_or_null(json, "reason", occurrence.reason);
        json.end_object();
    }
    json.end_array().key("warnings").begin_array();
    for (const std::string& warning : plan.warnings)
        json.value(warning);
    json.end_array().end_object();
    return json.text() + '\n';
}

} // namespace escher::cli
