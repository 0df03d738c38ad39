#include "core/policy.hpp"

#include <algorithm>

namespace escher {

namespace {

template<class T>
void override_with(T& value, const std::optional<T>& said)
{
    if (said)
        value = *said;
}

template<class T>
void override_limit(std::optional<T>& value, const std::optional<T>& said)
{
    if (said)
        value = said;
}

const Task* task_of(const Policies& policies, const Work& work)
{
    const auto* call = std::get_if<TaskCall>(&work);
    if (call == nullptr)
        return nullptr;
    const auto found = policies.tasks.find(call->task);
    return found == policies.tasks.end() ? nullptr : &found->second;
}

const PolicyOverrides* queue_overrides(const Policies& policies, const std::string& queue)
{
    const auto found = policies.queues.find(queue);
    return found == policies.queues.end() ? nullptr : &found->second.policy;
}

/// What the config says of `work` in `queue`; none: in the queue where it belongs.
JobPolicy configured(const Policies& policies, const Work& work, const std::optional<std::string>& queue)
{
    const Task* task = task_of(policies, work);
    const JobPolicy defaults = apply(JobPolicy{}, policies.defaults);
    std::string own = defaults.queue;
    if (task != nullptr && task->policy.queue)
        own = *task->policy.queue;
    const std::string& where = queue ? *queue : own;
    JobPolicy policy = defaults;
    // Who may write rows would choose niceness and directory by choosing a queue.
    if (const auto* overrides = queue_overrides(policies, rows_are_believed(policies) ? where : own))
        policy = apply(std::move(policy), *overrides);
    if (task != nullptr)
        policy = apply(std::move(policy), task->policy);
    policy.queue = where;
    return policy;
}

} // namespace

JobPolicy apply(JobPolicy base, const PolicyOverrides& overrides)
{
    override_with(base.queue, overrides.queue);
    override_with(base.priority, overrides.priority);
    override_with(base.timeout, overrides.timeout);
    override_with(base.kill_after, overrides.kill_after);
    override_with(base.retries, overrides.retries);
    override_with(base.backoff, overrides.backoff);
    override_with(base.jitter_percent, overrides.jitter_percent);
    override_with(base.leftovers, overrides.leftovers);
    override_with(base.nice, overrides.nice);
    override_with(base.umask, overrides.umask);
    override_with(base.directory, overrides.directory);
    override_limit(base.limits.memory_bytes, overrides.limits.memory_bytes);
    override_limit(base.limits.cpu_time, overrides.limits.cpu_time);
    override_limit(base.limits.open_files, overrides.limits.open_files);
    override_limit(base.limits.processes, overrides.limits.processes);
    return base;
}

Intake intake_of(const Policies& policies, const Work& work)
{
    JobPolicy policy = configured(policies, work, std::nullopt);
    return {std::move(policy.queue), policy.priority};
}

JobPolicy policy_of(const Policies& policies, const Job& job)
{
    JobPolicy policy = configured(policies, job.work, job.queue);
    policy.priority = job.priority.value_or(policy.priority);
    const bool trusted = policies.commands == CommandTrust::any;
    if (job.timeout) {
        const bool shortens = !policy.timeout || *job.timeout < *policy.timeout;
        if (trusted || shortens)
            policy.timeout = job.timeout;
    }
    if (job.retries)
        policy.retries = trusted ? *job.retries : std::min(*job.retries, policy.retries);
    return policy;
}

} // namespace escher
