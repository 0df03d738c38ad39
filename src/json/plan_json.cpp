#include "json/plan_json.hpp"

#include "core/text.hpp"
#include "json/json_writer.hpp"

namespace escher {

namespace {

const char* word_of(PlannedJob::Action action)
{
    switch (action) {
    case PlannedJob::Action::start:
        return "start";
    case PlannedJob::Action::refuse:
        return "refuse";
    case PlannedJob::Action::run:
        return "run";
    case PlannedJob::Action::recover:
        return "recover";
    case PlannedJob::Action::wait:
        return "wait";
    }
    return "";
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
    json.key("action").value(word_of(planned.action));
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

} // namespace escher
