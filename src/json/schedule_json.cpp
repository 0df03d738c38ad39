#include "json/schedule_json.hpp"

#include "core/text.hpp"

namespace escher {

void write_schedule(JsonWriter& json, const ScheduleSummary& schedule)
{
    json.begin_object().key("name").value(schedule.name).key("in_config").value(schedule.in_config);
    json.key("last_nominal_at");
    if (schedule.last)
        json.value(schedule.last->nominal_at);
    else
        json.null();
    json.key("last_result");
    if (schedule.last)
        json.value(text_of(schedule.last->result));
    else
        json.null();
    json.key("last_job");
    if (schedule.last && schedule.last->job)
        json.value(static_cast<std::int64_t>(*schedule.last->job));
    else
        json.null();
    json.key("last_state");
    if (schedule.last_job)
        json.value(text_of(schedule.last_job->state));
    else
        json.null();
    json.key("next_at");
    if (schedule.next)
        json.value(*schedule.next);
    else
        json.null();
    json.end_object();
}

} // namespace escher
