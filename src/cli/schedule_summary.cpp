#include "cli/schedule_summary.hpp"

#include "app/find_job.hpp"
#include "app/job_text.hpp"
#include "cli/job_style.hpp"
#include "core/schedule_step.hpp"
#include "core/suggest.hpp"
#include "core/text.hpp"
#include "os/host.hpp"
#include "terminal/escape.hpp"

#include <escher/error.hpp>

#include <algorithm>

namespace escher::cli {

ScheduleSummary summarize_schedule(Context& context, Store& store, const std::string& name, Time now)
{
    ScheduleSummary summary;
    summary.name = name;
    const auto& schedules = context.session.config().schedules;
    const auto found = std::ranges::find(schedules, name, &Schedule::name);
    summary.in_config = found != schedules.end();
    if (summary.in_config)
        summary.next = next_occurrence(*found, os::host_name(), now);
    if (const auto occurrences = store.occurrences(name, 1); !occurrences.empty())
        summary.last = occurrences.front();
    if (!summary.in_config && !summary.last) {
        std::vector<std::string> known;
        for (const Schedule& schedule : schedules)
            known.push_back(schedule.name);
        throw Error(ExitStatus::usage, "there is no schedule '" + name + "'" + did_you_mean(name, known));
    }
    if (summary.last && summary.last->job)
        summary.last_job = store.find(*summary.last->job);
    return summary;
}

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
