#include "tick/launch.hpp"

#include "core/duration.hpp"
#include "core/id_text.hpp"
#include "core/output_name.hpp"
#include "core/policy.hpp"
#include "core/row_rules.hpp"
#include "core/task_call.hpp"

#include <algorithm>

namespace escher {

namespace {

/// What the executor adds to it is its own: see LaunchSpec.
std::map<std::string, std::string> job_environment(const Config& config, const Claim& claim, const Task* task)
{
    auto environment = config.policies.environment;
    if (task != nullptr)
        for (const auto& [name, value] : task->environment)
            environment.insert_or_assign(name, value);
    environment.insert_or_assign("ESCHER_JOB_ID", std::to_string(static_cast<std::int64_t>(claim.job.id)));
    environment.insert_or_assign("ESCHER_ATTEMPT", std::to_string(claim.attempt));
    if (!config.file.empty())
        environment.insert_or_assign("ESCHER_CRON_CONFIG", config.file.string());
    return environment;
}

/// Why this job of a schedule may not start any more: it is later than the schedule's deadline. None: it may.
std::optional<std::string> missed_deadline(const Config& config, const Job& job, Time now)
{
    // A retry comes when it comes; who writes rows could call every job one, also where there are no retries.
    const bool retried =
        job.attempts > 1 && (rows_are_believed(config.policies) || policy_of(config.policies, job).retries > 0);
    if (job.schedule.empty() || !job.nominal_at || retried)
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

LaunchSpec launch_spec(const Config& config, const Claim& claim, Invocation invocation, const JobPolicy& policy)
{
    LaunchSpec spec;
    spec.run = claim.run;
    spec.job = claim.job.id;
    spec.attempt = claim.attempt;
    spec.argv = std::move(invocation.argv);
    spec.environment = job_environment(config, claim, invocation.task);
    spec.directory = policy.directory;
    spec.input = take_input(config.policies, invocation.task, std::move(invocation.input), claim.input);
    spec.user = invocation.task != nullptr && invocation.task->user ? invocation.task->user : config.policies.user;
    spec.limits = policy.limits;
    spec.nice = policy.nice;
    spec.umask = policy.umask;
    spec.timeout = policy.timeout;
    spec.kill_after = policy.kill_after;
    spec.leftovers = policy.leftovers;
    spec.output_file = output_name(claim.job.id, claim.run);
    return spec;
}

} // namespace

std::variant<Launch, RunRejected> decide_launch(const Config& config, const Claim& claim, Time now)
{
    if (const auto late = missed_deadline(config, claim.job, now))
        return RunRejected{claim.run, *late, JobState::cancelled};
    try {
        check_schedule(config.policies, config.schedules, claim.job, now);
        Invocation invocation = resolve(config.policies, claim.job.work);
        check_queue(config.policies, claim.job.work, claim.job.queue);
        JobPolicy policy = policy_of(config.policies, claim.job);
        LaunchSpec spec = launch_spec(config, claim, std::move(invocation), policy);
        return Launch{std::move(spec), std::move(policy)};
    } catch (const RejectedJob& rejection) {
        return RunRejected{claim.run, rejection.what()};
    }
}

void tell_outer_runs(LaunchSpec& spec, const std::vector<RunId>& outer)
{
    std::string list;
    for (const RunId run : outer)
        list += (list.empty() ? "" : ",") + to_text(run);
    if (!list.empty())
        spec.environment["ESCHER_OUTER_RUNS"] = list;
}

} // namespace escher
