#include "tick/claim_request.hpp"

#include "core/policy.hpp"

namespace escher {

SelectionLimits selection_limits(const Config& config)
{
    SelectionLimits limits;
    limits.concurrency = config.run.concurrency;
    limits.aging = config.aging;
    for (const auto& [name, queue] : config.policies.queues)
        limits.queues.emplace(name, queue.limits);
    return limits;
}

ClaimRequest claim_request(const Config& config, const RunnerIdentity& runner)
{
    ClaimRequest request;
    request.slots = config.run.concurrency;
    request.limits = selection_limits(config);
    request.runner = runner;
    // known_tasks and serves stay open: on this store's only host nobody else could take what this config does not know, so
    // that such a job becomes invalid, with the reason, instead of waiting for ever.
    request.commands = intake_of(config.policies, Command{});
    // A task that says nothing of either goes where commands go, and need not be named.
    for (const auto& [name, task] : config.policies.tasks)
        if (task.policy.queue || task.policy.priority)
            request.tasks.emplace(name, intake_of(config.policies, TaskCall{name, {}}));
    return request;
}

} // namespace escher
