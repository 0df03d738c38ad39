#include "cli/schedule_text.hpp"

#include "app/find_job.hpp"
#include "cli/job_style.hpp"
#include "core/text.hpp"
#include "terminal/escape.hpp"

namespace escher::cli {

std::string describe(Context& context, const ScheduleSummary& schedule, Time now)
{
    std::string text = "schedule '" + escape_for_terminal(schedule.name) + "': ";
    if (schedule.last) {
        text += "last due " + time_text(context, schedule.last->nominal_at, now) + ": " +
                std::string(text_of(schedule.last->result));
        if (schedule.last->job)
            text += " job " + to_text(*schedule.last->job);
        if (schedule.last_job)
            text += " (" + std::string(text_of(schedule.last_job->state)) + ")";
        if (!schedule.last->reason.empty())
            text += ", " + escape_for_terminal(schedule.last->reason);
    } else {
        text += "was not due yet";
    }
    if (schedule.next)
        return text + "; next " + time_text(context, *schedule.next, now);
    return text + (schedule.in_config ? "; no next time" : "; it is not in the config any more");
}

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

} // namespace escher::cli
