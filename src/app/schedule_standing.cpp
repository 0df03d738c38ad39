#include "app/schedule_standing.hpp"

#include "core/schedule_step.hpp"
#include "core/suggest.hpp"
#include "os/host.hpp"

#include <escher/error.hpp>

#include <algorithm>

namespace escher {

ScheduleSummary summarize_schedule(Session& session, Store& store, const std::string& name, Time now)
{
    ScheduleSummary summary;
    summary.name = name;
    const auto& schedules = session.config().schedules;
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
        throw Error(ErrorKind::usage, "there is no schedule '" + name + "'" + did_you_mean(name, known));
    }
    if (summary.last && summary.last->job)
        summary.last_job = store.find(*summary.last->job);
    return summary;
}

} // namespace escher
