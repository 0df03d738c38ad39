#include "tick/orphans.hpp"

#include "core/id_text.hpp"
#include "core/output_name.hpp"
#include "core/policy.hpp"
#include "core/retry.hpp"

namespace escher {

namespace {

constexpr int most_looks = 100; // ten seconds: what outlives KILL that long hangs in the kernel

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

void discard_output(Executor& jobs, const Run& run)
{
    const auto name = output_name(run);
    jobs.discard_output(std::span(&name, 1));
}

} // namespace

OrphanLook Orphans::look(const std::vector<RunningJob>& running, Executor& jobs, const Config& config,
                         const RunnerIdentity& self, Time now, double jitter)
{
    OrphanLook look;
    const RunningJob* orphaned = nullptr;
    for (const auto& candidate : running) {
        if (jobs.owns(candidate.run.id))
            continue;
        if (candidate.run.runner == self) {
            // Claimed by us in a transaction whose commit seemed to fail: nothing was executed on it.
            look.reports.emplace_back(RunUndone{candidate.run.id});
            continue;
        }
        switch (jobs.examine(candidate.run)) {
        case Liveness::supervised:
            break;
        case Liveness::orphaned:
            jobs.kill_remains(candidate.run);
            orphaned = orphaned == nullptr ? &candidate : orphaned;
            break;
        case Liveness::dead:
            look.reports.emplace_back(lost(candidate, config, now, jitter));
            break;
        case Liveness::never_executed:
            discard_output(jobs, candidate.run); // an empty one may stand there
            look.reports.emplace_back(RunUndone{candidate.run.id});
            break;
        case Liveness::elsewhere:
            look.warnings.push_back("run " + to_text(candidate.run.id) + " of job " + to_text(candidate.job.id) +
                                    " is another host's, which has a lock file of its own: it is left as running and "
                                    "not retried");
            break;
        case Liveness::doubtful:
            look.warnings.push_back("cannot tell whether run " + to_text(candidate.run.id) + " of job " +
                                    to_text(candidate.job.id) +
                                    " still lives: it is left as running and not retried");
            break;
        }
    }
    looks_ = orphaned == nullptr ? 0 : looks_ + 1;
    if (orphaned != nullptr && !awaited())
        look.warnings.push_back("processes of job " + to_text(orphaned->job.id) +
                                " outlive KILL: it is left as running and not retried");
    return look;
}

bool Orphans::awaited() const
{
    return looks_ > 0 && looks_ < most_looks;
}

} // namespace escher
