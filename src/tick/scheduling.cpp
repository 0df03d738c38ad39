#include "tick/scheduling.hpp"

#include "core/policy.hpp"
#include "core/schedule_step.hpp"

namespace escher {

namespace {

/// Who else decides does so once a minute, so that one more try is plenty; the next minute's is another.
constexpr int most_tries = 3;

ScheduleOutcome decide(Store& store, const Config& config, const ScheduleHost& host, Time now)
{
    const ScheduleMemory memory = store.schedule_memory();
    const std::vector<Pause> pauses = store.occupancy({}, now).pauses;
    const ScheduleView view{
        .schedules = config.schedules,
        .memory = memory,
        .pauses = pauses,
        .host = host.host,
        .boot_id = host.boot_id,
        .created_by = "schedule",
        .queue_of = [&](const Schedule& schedule) { return intake_of(config.policies, schedule.call).queue; },
        .unfinished =
            [&](const std::string& name) {
                auto found = store.unfinished_of(std::span(&name, 1));
                return found.empty() ? std::vector<JobId>{} : std::move(found.begin()->second);
            },
        .priority_of = [&](const Schedule& schedule) { return intake_of(config.policies, schedule.call).priority; },
    };
    return due_occurrences(view, now);
}

} // namespace

std::vector<std::string> schedule_due(Store& store, const Config& config, const ScheduleHost& host, Time now)
{
    if (config.schedules.empty())
        return {};
    for (int tries = 0; tries < most_tries; ++tries) {
        ScheduleOutcome outcome = decide(store, config, host, now);
        if (store.record_schedules(outcome.step, now))
            return std::move(outcome.warnings);
    }
    return {};
}

} // namespace escher
