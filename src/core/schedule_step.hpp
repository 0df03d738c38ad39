#pragma once

#include <escher/schedule.hpp>
#include <escher/store.hpp>

namespace escher {

/// Everything that evaluating schedules depends on.
struct ScheduleView {
    std::span<const Schedule> schedules;
    const ScheduleMemory& memory;
    const std::vector<Pause>& pauses; ///< in force; one of a schedule's queue skips what falls due meanwhile
    std::string host; ///< seeds jitter
    std::string boot_id;
    std::string created_by; ///< for the jobs created
    std::function<std::string(const Schedule&)> queue_of; ///< the queue that its jobs go to
    std::function<std::vector<JobId>(const std::string&)> unfinished; ///< of a schedule, oldest first
};

struct ScheduleOutcome {
    ScheduleStep step;
    std::vector<std::string> warnings; ///< for people: a clock that went back years, more than 1000 missed
};

/// What has become due between `memory.evaluated_until` and `now`, each due time decided once: created, skipped,
/// coalesced or dropped by daylight saving. Calls `unfinished` only for schedules that have something due.
[[nodiscard]] ScheduleOutcome due_occurrences(const ScheduleView& view, Time now);

/// When this schedule is due next, jitter included; none: disabled, never, or at the next boot.
[[nodiscard]] std::optional<Time> next_occurrence(const Schedule& schedule, const std::string& host, Time after);

} // namespace escher
