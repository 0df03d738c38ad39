#include "json/plan_json.hpp"

#include "core/text.hpp"
#include "json/json_writer.hpp"

namespace escher {

template<>
inline constexpr auto names<PlannedJob::Action> = std::to_array<Name<PlannedJob::Action>>({
    {PlannedJob::Action::start, "start"},
    {PlannedJob::Action::refuse, "refuse"},
    {PlannedJob::Action::run, "run"},
    {PlannedJob::Action::recover, "recover"},
    {PlannedJob::Action::wait, "wait"},
});

std::string plan_json(const Plan& plan)
{
    return json_document([&](JsonWriter& json) {
        json.member("at", plan.at);
        json.array("jobs", plan.jobs, [&](const PlannedJob& planned) {
            const Job& job = planned.job;
            json.begin_object().member("id", planned.is_new ? std::nullopt : std::optional(job.id));
            json.member("name", job.name).member_or_null("queue", job.queue.value_or(""));
            json.member("action", text_of(planned.action)).member_or_null("reason", planned.reason);
            json.member_or_null("schedule", job.schedule).member("nominal_at", job.nominal_at).end_object();
        });
        json.array("occurrences", plan.occurrences, [&](const Occurrence& occurrence) {
            json.begin_object().member("schedule", occurrence.schedule);
            json.member("nominal_at", occurrence.nominal_at).member("result", text_of(occurrence.result));
            json.member_or_null("reason", occurrence.reason).end_object();
        });
        json.array("warnings", plan.warnings);
    });
}

} // namespace escher
