#include "tick/scheduling.hpp"

#include "core/policy.hpp"
#include "core/schedule_step.hpp"

namespace escher {

std::vector<std::string> schedule_due(Store& store, const Config& config, const ScheduleHost& host, Time now)
{
    if (config.schedules.empty())
        return {};
    const ScheduleMemory memory = store.schedule_memory();
    const std::vector<Pause> pauses = store.occupancy({}, now).pauses;
    const ScheduleView view{
        .schedules = config.schedules,
        .memory = memory,
        .pauses = pauses,
        .host = host.host,
        .boot_id = host.boot_id,
        .created_by = "schedule",
        .queue_of = [&](const Schedule& schedule) { return place_job(config.policies, schedule.call).queue; },
        .unfinished =
            [&](const std::string& name) {
                auto found = store.unfinished_of(std::span(&name, 1));
                return found.empty() ? std::vector<JobId>{} : std::move(found.begin()->second);
            },
        .priority_of = [&](const Schedule& schedule) { return place_job(config.policies, schedule.call).priority; },
    };
    ScheduleOutcome outcome = due_occurrences(view, now);
    store.record_schedules(outcome.step, now);
    return std::move(outcome.warnings);
}

} // namespace escher
