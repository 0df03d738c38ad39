#pragma once

#include <escher/schedule.hpp>

#include <optional>
#include <span>
#include <string>

namespace escher {

// What a job's row may say beyond its task and parameters. Where rows are believed (rows_are_believed()), each of these lets
// everything pass that is not bounded by the config itself. The arguments may come from anybody.

/// Throws RejectedJob if a job of this work may not go to `queue`: it may go where it belongs by the config, and to the
/// `queues` of its task. Each queue has limits of its own, so to choose one freely would be to have none.
void check_queue(const Policies& policies, const Work& work, const std::optional<std::string>& queue);

/// What the job reads on stdin: its task's own, else what the job brings, if its task takes that. None: nothing. Throws
/// RejectedJob if the job brings what is not taken, or more than the task's stdin_max. `task` is null for a command.
[[nodiscard]] std::optional<std::string> take_input(const Policies& policies, const Task* task,
                                                    std::optional<std::string> of_task,
                                                    std::optional<std::string> of_job);

/// Throws RejectedJob if `task` is what a schedule runs, and not the one of this name.
void check_task_of_schedule(const Policies& policies, const std::string& task, const std::string& schedule);

/// Throws RejectedJob if the job names the task of a schedule without being that schedule's, or says that it is a
/// schedule's which is not there, is disabled, or has not been due at the job's nominal_at. `schedules` by name.
void check_schedule(const Policies& policies, std::span<const Schedule> schedules, const Job& job, Time now);

} // namespace escher
