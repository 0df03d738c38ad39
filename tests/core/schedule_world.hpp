#pragma once

#include "core/cron.hpp"
#include "core/schedule_step.hpp"
#include "zone_files.hpp"

#include <map>
#include <string>
#include <utility>

namespace escher::test {

/// A schedule with everything at its default.
inline Schedule make_schedule(const std::string& name, const Recurrence& recurrence,
                              const std::string& zone_name = "UTC")
{
    Schedule schedule;
    schedule.name = name;
    schedule.recurrence = recurrence;
    schedule.text = normalize(recurrence);
    schedule.zone_name = zone_name;
    schedule.zone = zone(zone_name);
    schedule.call.task = "schedule:" + name;
    return schedule;
}

inline Schedule make_schedule(const std::string& name, const std::string& expression,
                              const std::string& zone_name = "UTC")
{
    return make_schedule(name, parse_cron(expression, name), zone_name);
}

/// Schedules and a store's memory of them.
struct ScheduleWorld {
    std::vector<Schedule> schedules;
    ScheduleMemory memory;
    std::vector<Pause> pauses;
    std::map<std::string, std::vector<JobId>> unfinished;
    std::string boot_id = "boot-1";
    std::map<std::pair<std::string, Time>, NewOccurrence> ledger;
    bool twice = false; ///< a due time was decided that is on record already
    int asked = 0; ///< calls of ScheduleView::unfinished

    ScheduleOutcome step(Time now)
    {
        const ScheduleView view{
            .schedules = schedules,
            .memory = memory,
            .pauses = pauses,
            .host = "host",
            .boot_id = boot_id,
            .created_by = "tester",
            .queue_of = [](const Schedule&) { return std::string("night"); },
            .unfinished =
                [this](const std::string& name) {
                    ++asked;
                    return unfinished[name];
                },
            .priority_of = [](const Schedule&) { return 7; },
        };
        ScheduleOutcome outcome = due_occurrences(view, now);
        for (const ScheduleMark& mark : outcome.step.marks)
            memory.marks[mark.name] = mark;
        memory.evaluated_until = outcome.step.evaluated_until;
        for (const NewOccurrence& row : outcome.step.occurrences) {
            const auto key = std::pair(row.occurrence.schedule, row.occurrence.nominal_at);
            twice = !ledger.emplace(key, row).second || twice;
        }
        return outcome;
    }

    ScheduleOutcome step(const std::string& now) { return step(at(now)); }
};

} // namespace escher::test
