#include "tick/recovery.hpp"

#include "core/policy.hpp"
#include "core/retry.hpp"

namespace escher {

namespace {

RunFinished lost(const RunningJob& orphan, const Config& config, Time now, double jitter)
{
    const JobPolicy policy = policy_of(config.policies, orphan.job);
    RunFinished report;
    report.run = orphan.run.id;
    report.outcome =
        Lost{"its runner (pid " + std::to_string(orphan.run.runner.process.pid) + ") died, the result is unknown"};
    report.at = now;
    report.next = after_run(report.outcome, orphan.run.attempt, policy, now, jitter);
    if (orphan.job.cancel_requested_at)
        report.next = {JobState::cancelled, std::nullopt, "cancelled while running", true};
    return report;
}

} // namespace

Recovery recover_lost(const std::vector<RunningJob>& running, Executor& jobs, const Config& config,
                      const RunnerIdentity& self, Time now, double jitter)
{
    Recovery recovery;
    for (const auto& candidate : running) {
        if (jobs.owns(candidate.run.id))
            continue;
        if (candidate.run.runner == self) {
            // Claimed by us in a transaction whose commit seemed to fail: nothing was executed on it.
            recovery.reports.emplace_back(RunUndone{candidate.run.id});
            continue;
        }
        switch (jobs.examine(candidate.run)) {
        case Liveness::supervised:
            break;
        case Liveness::orphaned:
            jobs.kill_remains(candidate.run);
            recovery.orphaned.push_back(candidate);
            break;
        case Liveness::dead:
            recovery.reports.emplace_back(lost(candidate, config, now, jitter));
            break;
        case Liveness::never_executed:
            jobs.discard_output(std::span(&candidate.run.output_file, 1)); // an empty one may stand there
            recovery.reports.emplace_back(RunUndone{candidate.run.id});
            break;
        case Liveness::doubtful:
            recovery.doubtful.push_back(candidate);
            break;
        }
    }
    return recovery;
}

} // namespace escher
