#pragma once

#include <escher/schedule.hpp>
#include <escher/store.hpp>

namespace escher {

/// Everything that evaluating schedules depends on.
struct ScheduleView {
    std::span<const Schedule> schedules; ///< fastest in the order of their names
    const ScheduleMemory& memory;
    const std::vector<Pause>& pauses; ///< in force; one of a schedule's queue skips what falls due meanwhile
    std::string host; ///< seeds jitter
    std::string boot_id; ///< empty: unknown, and @reboot is not served
    std::string created_by; ///< for the jobs created
    std::function<std::string(const Schedule&)> queue_of; ///< the queue that its jobs go to
    std::function<std::vector<JobId>(const std::string&)> unfinished; ///< of a schedule, oldest first
    std::function<int(const Schedule&)> priority_of = {}; ///< of its jobs; none: 0
};

struct ScheduleOutcome {
    ScheduleStep step;
    std::vector<std::string> warnings; ///< for people: a clock that went back years, more than 1000 missed
};

/// What has become due between `memory.evaluated_until` and `now`, each due time decided once: created, skipped,
/// coalesced or dropped by daylight saving. Calls `unfinished` only for schedules that have something due.
///
/// - A schedule that is new, or whose definition (definition_of) has changed, starts at `now`; one that is enabled
///   again too; @reboot then waits for the next boot.
/// - A due time while its queue is paused is skipped, and so is one whose job could only start after the deadline.
/// - catch_up decides what is left. `latest`: the newest due time stands for all; the others are coalesced into it, or
///   skipped with it. `none`: a due time more than two minutes ago is skipped; one within that is on time, as ticks are
///   a minute apart. `all`: the oldest 1000, each by itself; the rest are skipped.
/// - overlap is decided last, for each due time that would create a job, jobs created by this very step included: so
///   `all` creates one job only, unless overlap is `allow`. `queue`: the second job waits until the unfinished one has
///   ended (a dependency), a third is skipped. `replace`: the newest due time stands for all here too.
/// - Every due time gets a row. When thousands were missed, the oldest 1000 and the newest 1000 get one each, and one
///   row between them stands for the rest.
/// - While the clock reads before 2020, or more than 366 days before `evaluated_until`, nothing is decided at all;
///   while it reads before `evaluated_until`, nothing is due, as all of that is decided already.
[[nodiscard]] ScheduleOutcome due_occurrences(const ScheduleView& view, Time now);

/// When this schedule is due next, jitter included; none: disabled, never, or at the next boot.
[[nodiscard]] std::optional<Time> next_occurrence(const Schedule& schedule, const std::string& host, Time after);

/// What makes a schedule another one when it changes: when and in which time zone it is due, which task it calls with
/// which parameters, and whether it is enabled. How the task runs is the task's and may change at any time.
[[nodiscard]] std::string definition_of(const Schedule& schedule);

} // namespace escher
