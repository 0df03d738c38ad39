#include "core/row_rules.hpp"

#include "core/due_window.hpp"
#include "core/policy.hpp"
#include "core/schedule_task.hpp"
#include "core/task_call.hpp"

#include <algorithm>

namespace escher {

namespace {

const Schedule& schedule_named(std::span<const Schedule> schedules, const std::string& name)
{
    const auto found = std::lower_bound(schedules.begin(), schedules.end(), name,
                                        [](const Schedule& a, const std::string& b) { return a.name < b; });
    if (found == schedules.end() || found->name != name)
        throw RejectedJob("schedule '" + name + "' is not in the config any more");
    return *found;
}

/// When a schedule by boots was due no calendar tells.
bool was_due(const Schedule& schedule, Time at)
{
    if (std::holds_alternative<AtReboot>(schedule.recurrence))
        return true;
    return !due_between(schedule.recurrence, *schedule.zone, at - Duration(1), at, 1).times.empty();
}

} // namespace

void check_queue(const Policies& policies, const Work& work, const std::optional<std::string>& queue)
{
    const auto* call = std::get_if<TaskCall>(&work);
    if (rows_are_believed(policies) || call == nullptr || !queue)
        return;
    const auto own = intake_of(policies, work).queue;
    const auto task = policies.tasks.find(call->task);
    if (*queue == own || task == policies.tasks.end() ||
        std::ranges::find(task->second.queues, *queue) != task->second.queues.end())
        return;
    const std::string refusal = "queue '" + *queue + "' is not one that task '" + call->task +
                                "' may go to by a job's own word: its own is '" + own;
    if (schedule_of_task(call->task))
        throw RejectedJob(refusal + "', and a schedule has no other");
    throw RejectedJob(refusal + "'; leave the queue away, or add it to 'queues' in [task." + call->task + "]");
}

std::optional<std::string> take_input(const Policies& policies, const Task* task, std::optional<std::string> of_task,
                                      std::optional<std::string> of_job)
{
    if (of_task || !of_job)
        return of_task;
    if (task == nullptr)
        return of_job;
    if (!task->takes_input && !rows_are_believed(policies))
        throw RejectedJob("the job brings a stdin, which task '" + task->name +
                          "' does not take: leave it away, or say stdin = \"job\" in [task." + task->name + "]");
    if (task->takes_input && of_job->size() > static_cast<std::size_t>(task->max_input))
        throw RejectedJob("the job's stdin has " + std::to_string(of_job->size()) + " bytes, task '" + task->name +
                          "' takes at most " + std::to_string(task->max_input) +
                          ": give it the path of a file, or raise 'stdin_max' in [task." + task->name + "]");
    return of_job;
}

void check_task_of_schedule(const Policies& policies, const std::string& task, const std::string& schedule)
{
    const auto owner = schedule_of_task(task);
    if (owner && schedule != *owner && !rows_are_believed(policies))
        throw RejectedJob(
            "task '" + task + "' is what schedule '" + *owner +
            "' runs when it is due, and no job's own: give what both may run a [task.NAME], and let the "
            "schedule call that");
}

void check_schedule(const Policies& policies, std::span<const Schedule> schedules, const Job& job, Time now)
{
    if (rows_are_believed(policies))
        return;
    if (const auto* call = std::get_if<TaskCall>(&job.work))
        check_task_of_schedule(policies, call->task, job.schedule);
    if (job.schedule.empty())
        return;
    const Schedule& schedule = schedule_named(schedules, job.schedule);
    if (!schedule.enabled)
        throw RejectedJob("schedule '" + job.schedule + "' is disabled: see 'enabled' in [schedule." + job.schedule +
                          "]");
    if (!job.nominal_at || *job.nominal_at < Time{} || *job.nominal_at > now || !was_due(schedule, *job.nominal_at))
        throw RejectedJob("the job says that it is of schedule '" + job.schedule +
                          "', which was not due at the time that it names in nominal_at");
}

} // namespace escher
