#include "tick/fake_store.hpp"

#include "core/output_name.hpp"
#include "core/selection.hpp"

#include <algorithm>
#include <tuple>

namespace escher::test {

namespace {

bool waits_for_its_time(const Job& job)
{
    return job.state == JobState::scheduled || job.state == JobState::retryable;
}

/// For people, after "needs job 7".
std::string fate(JobState state)
{
    if (state == JobState::failed)
        return ", which failed";
    return state == JobState::cancelled ? ", which was cancelled" : ", which is invalid";
}

} // namespace

Settled FakeStore::settle_and_claim(std::span<const RunReport> reports, const ClaimRequest& request, Time now)
{
    const bool fail = failures > 0;
    if (fail) {
        --failures;
        if (!failures_commit)
            throw Error(failure_status, "the database is locked");
    }
    Settled settled;
    for (const auto& report : reports)
        std::visit(
            [&](const auto& one) {
                if (!apply(one, now))
                    settled.stale.push_back(one.run);
            },
            report);
    settle_dependants(now);
    if (request.slots > 0) {
        promote(now);
        std::erase_if(pauses_, [&](const auto& each) { return each.second.until.value_or(Time::max()) <= now; });
        for (const auto id : choose(request, now))
            settled.claims.push_back(claim(jobs.at(id), request.runner, now));
    }
    settles += !reports.empty() || !settled.claims.empty() ? 1 : 0;
    if (fail)
        throw Error(ErrorKind::io, "commit failed");
    return settled;
}

bool FakeStore::has_due(const ClaimRequest& request, Time now)
{
    const auto before = jobs;
    promote(now);
    const bool due = request.slots > 0 && !choose(request, now).empty();
    jobs = before;
    return due;
}

std::optional<Time> FakeStore::next_due()
{
    std::optional<Time> next;
    for (const auto& [id, job] : jobs)
        if (waits_for_its_time(job))
            next = std::min(next.value_or(Time::max()), job.run_at);
    return next;
}

void FakeStore::settle_in(const std::string& home, const std::string& lock)
{
    home_ = home;
    lock_ = lock;
}

StoreIdentity FakeStore::identity()
{
    return {instance_, generation_, home_, lock_, RunId(next_run_ - 1), JobId(next_job_ - 1)};
}

Accepted FakeStore::accept(const Acceptance& acceptance, Time now)
{
    constexpr std::int64_t leap = 1'000'000;
    Accepted accepted;
    for (auto& [id, job] : jobs) {
        if (is_finished(job.state))
            continue;
        const auto run = job.state == JobState::running ? job.run : std::nullopt;
        const bool named = acceptance.run && acceptance.run->contains(id);
        const bool is_new = acceptance.made_before && job.created_at >= *acceptance.made_before && !run;
        const bool unwanted = acceptance.run && !named && !is_new;
        if (unwanted) {
            cancel_one(id, acceptance.reason, now);
            accepted.cancelled.push_back(id);
        }
        if (run && acceptance.close_runs) {
            RunFinished report;
            report.run = *run;
            report.outcome = Lost{acceptance.reason};
            report.at = now;
            report.next = named || unwanted
                              ? Transition{JobState::retryable, now, acceptance.reason, false}
                              : Transition{JobState::failed, std::nullopt, "lost: " + acceptance.reason, true};
            apply(report, now);
        }
    }
    settle_dependants(now);
    next_run_ = std::max(next_run_, static_cast<std::int64_t>(acceptance.beyond_run) + 1) + leap;
    next_job_ = std::max(next_job_, static_cast<std::int64_t>(acceptance.beyond_job) + 1) + leap;
    settle_in(acceptance.home, acceptance.lock);
    generation_ += "+";
    accepted.generation = generation_;
    return accepted;
}

void FakeStore::promote(Time now)
{
    for (auto& [id, job] : jobs)
        if (waits_for_its_time(job) && job.run_at <= now)
            job.state = JobState::available;
}

void FakeStore::settle_dependants(Time now)
{
    // What a job needs was created before it: one pass in the order of ids settles any depth.
    for (auto& [id, job] : jobs) {
        if (is_finished(job.state) || job.state == JobState::running)
            continue;
        for (const auto& need : std::vector(job.waits_for)) {
            const auto needed = jobs.find(need.needs);
            if (needed != jobs.end() && !is_finished(needed->second.state))
                continue;
            std::erase(job.waits_for, need);
            if (needed == jobs.end() || need.any_end || needed->second.state == JobState::completed)
                continue;
            job.reason =
                "needs job " + std::to_string(static_cast<std::int64_t>(need.needs)) + fate(needed->second.state);
            finish(job, JobState::cancelled, now);
            break;
        }
    }
}

std::vector<JobId> FakeStore::choose(const ClaimRequest& request, Time now)
{
    std::map<std::pair<std::string, int>, std::vector<Candidate>> waiting;
    for (const auto& [id, job] : jobs)
        if (job.state == JobState::available && job.waits_for.empty() && takes(request, job.work, *job.queue))
            waiting[{*job.queue, request.limits.aging ? *job.priority : 0}].push_back(
                {id, *job.queue, *job.priority, job.run_at, job.concurrency_key});
    std::vector<Lane> lanes;
    for (auto& each : waiting) {
        const auto& queue = each.first.first;
        auto& candidates = each.second;
        std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
            return std::tie(a.priority, a.run_at, a.id) < std::tie(b.priority, b.run_at, b.id);
        });
        lanes.push_back({queue,
                         [&, next = std::size_t{0}]() mutable {
                             return next < candidates.size() ? std::optional(candidates[next++]) : std::nullopt;
                         },
                         [&]() -> std::optional<Time> {
                             std::optional<Time> last;
                             for (const auto& [id, run] : all_runs)
                                 if (const auto job = jobs.find(run.job);
                                     job != jobs.end() && job->second.queue == queue)
                                     last = std::max(last.value_or(run.claimed_at), run.claimed_at);
                             return last;
                         }});
    }
    std::vector<JobId> chosen;
    for (const auto& candidate :
         select(std::move(lanes), request.slots, request.limits, occupancy(request.limits, now), now))
        chosen.push_back(candidate.id);
    return chosen;
}

Claim FakeStore::claim(Job& job, const RunnerIdentity& runner, Time now)
{
    Run run;
    run.id = RunId{next_run_++};
    run.job = job.id;
    run.attempt = ++job.attempts;
    run.claimed_at = now;
    run.runner = runner;
    all_runs[run.id] = run;
    job.state = JobState::running;
    job.run = run.id;
    job.reason.clear();
    job.progress.reset();
    job.started_at.reset();
    const auto input = inputs_.find(job.id);
    return {job, run.id, run.attempt, input == inputs_.end() ? std::nullopt : std::optional(input->second)};
}

Job* FakeStore::holder(RunId run)
{
    for (auto& [id, job] : jobs)
        if (job.run == run && job.state == JobState::running)
            return &job;
    return nullptr;
}

bool FakeStore::apply(const RunStarted& report, Time)
{
    const auto found = all_runs.find(report.run);
    if (found == all_runs.end())
        return false;
    auto& run = found->second;
    if (run.started_at)
        return run.started_at == report.at && run.process == report.process;
    auto* job = holder(report.run);
    if (job == nullptr)
        return false;
    run.started_at = report.at;
    run.process = report.process;
    job->started_at = report.at;
    return true;
}

bool FakeStore::apply(const RunFinished& report, Time)
{
    const auto found = all_runs.find(report.run);
    if (found == all_runs.end())
        return false;
    auto& run = found->second;
    if (run.ended_at)
        return run.ended_at == report.at && run.outcome == report.outcome;
    auto* job = holder(report.run);
    if (job == nullptr)
        return false;
    run.ended_at = report.at;
    run.outcome = report.outcome;
    run.usage = report.usage;
    run.output = report.output;
    const bool ends = is_finished(report.next.state);
    const bool asked = job->cancel_requested_at.has_value();
    if (!asked || (ends && report.next.state != JobState::cancelled))
        job->reason = report.next.state == JobState::completed ? "" : report.next.reason;
    job->attempts -= report.next.charge ? 0 : 1;
    job->run.reset();
    if (ends || asked) {
        finish(*job, ends ? report.next.state : JobState::cancelled, report.at);
    } else {
        job->state = report.next.state;
        job->run_at = report.next.run_at.value_or(job->run_at);
    }
    return true;
}

bool FakeStore::take_back(RunId run, JobState state, Time now)
{
    auto* job = holder(run);
    if (job == nullptr)
        return !all_runs.contains(run) && run > RunId{} && run < RunId{next_run_};
    --job->attempts;
    job->run.reset();
    all_runs.erase(run);
    job->state = state;
    if (is_finished(state))
        job->finished_at = now;
    return true;
}

bool FakeStore::apply(const RunUndone& report, Time now)
{
    const auto* job = holder(report.run);
    const bool asked = job != nullptr && job->cancel_requested_at;
    return take_back(report.run, asked ? JobState::cancelled : JobState::available, now);
}

bool FakeStore::apply(const RunRejected& report, Time now)
{
    if (auto* job = holder(report.run))
        job->reason = report.reason;
    return take_back(report.run, report.state, now);
}

} // namespace escher::test
