#include "tick/launch.hpp"

#include "core/duration.hpp"
#include "core/policy.hpp"
#include "core/task_call.hpp"

#include <algorithm>

namespace escher {

namespace {

std::map<std::string, std::string> job_environment(const Config& config, const std::string& instance,
                                                   const Claim& claim, const Task* task)
{
    auto environment = config.policies.environment;
    if (task != nullptr)
        for (const auto& [name, value] : task->environment)
            environment.insert_or_assign(name, value);
    environment.insert_or_assign("ESCHER_JOB_ID", std::to_string(static_cast<std::int64_t>(claim.job.id)));
    environment.insert_or_assign("ESCHER_RUN_ID", std::to_string(static_cast<std::int64_t>(claim.run)));
    environment.insert_or_assign("ESCHER_ATTEMPT", std::to_string(claim.attempt));
    environment.insert_or_assign("ESCHER_INSTANCE", instance);
    if (!config.file.empty())
        environment.insert_or_assign("ESCHER_CRON_CONFIG", config.file.string());
    return environment;
}

} // namespace

std::optional<std::string> missed_deadline(const Config& config, const Job& job, Time now)
{
    if (job.schedule.empty() || !job.nominal_at || job.attempts > 1)
        return std::nullopt;
    const auto& schedules = config.schedules;
    const auto found = std::lower_bound(schedules.begin(), schedules.end(), job.schedule,
                                        [](const Schedule& a, const std::string& name) { return a.name < name; });
    if (found == schedules.end() || found->name != job.schedule || !found->deadline ||
        now - *job.nominal_at <= *found->deadline)
        return std::nullopt;
    return "deadline: it could start only " + describe_duration(now - *job.nominal_at) +
           " after its due time, the schedule allows " + describe_duration(*found->deadline);
}

LaunchSpec launch_spec(const Config& config, const std::string& instance, const Claim& claim)
{
    Invocation invocation = resolve(config.policies, claim.job.work);
    JobPolicy policy = policy_of(config.policies, claim.job);
    LaunchSpec spec;
    spec.run = claim.run;
    spec.job = claim.job.id;
    spec.attempt = claim.attempt;
    spec.argv = std::move(invocation.argv);
    spec.environment = job_environment(config, instance, claim, invocation.task);
    spec.directory = std::move(policy.directory);
    spec.input = std::move(invocation.input);
    if (!spec.input)
        spec.input = claim.input;
    spec.user = invocation.task != nullptr && invocation.task->user ? invocation.task->user : config.policies.user;
    spec.limits = policy.limits;
    spec.nice = policy.nice;
    spec.umask = policy.umask;
    spec.timeout = policy.timeout;
    spec.kill_after = policy.kill_after;
    spec.leftovers = policy.leftovers;
    spec.output_file = claim.output_file;
    return spec;
}

} // namespace escher
