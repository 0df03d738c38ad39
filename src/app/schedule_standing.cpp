#include "app/schedule_standing.hpp"

#include "app/find_schedule.hpp"
#include "core/schedule_step.hpp"
#include "os/host.hpp"

#include <escher/error.hpp>

namespace escher {

namespace {

/// What the database remembers of it.
ScheduleStanding remembered(const std::string& name, Store& store)
{
    ScheduleStanding standing;
    standing.name = name;
    auto newest = store.occurrences(name, 1);
    if (newest.empty())
        return standing;
    standing.last = std::move(newest.front());
    if (standing.last->job)
        if (const auto job = store.find(*standing.last->job))
            standing.last_state = job->state;
    return standing;
}

} // namespace

ScheduleStanding schedule_standing(const Schedule& schedule, Store& store, Time now)
{
    ScheduleStanding standing = remembered(schedule.name, store);
    standing.recurrence = schedule.text;
    standing.enabled = schedule.enabled;
    standing.next = next_occurrence(schedule, os::host_name(), now);
    return standing;
}

ScheduleStanding schedule_standing(const Config& config, const std::string& name, Store& store, Time now)
{
    if (const Schedule* schedule = find_schedule(config, name))
        return schedule_standing(*schedule, store, now);
    ScheduleStanding standing = remembered(name, store);
    if (!standing.last)
        throw Error(ErrorKind::usage, no_such_schedule(config, name));
    return standing;
}

} // namespace escher
