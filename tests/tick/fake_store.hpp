#pragma once

#include "core/output_name.hpp"
#include "core/selection.hpp"

#include <escher/error.hpp>
#include <escher/store.hpp>

#include <algorithm>
#include <stdexcept>

namespace escher::test {

/// A Store in memory, as far as the loop needs one. Jobs can be looked at and changed between the loop's calls.
class FakeStore : public Store {
public:
    std::map<JobId, Job> jobs;
    std::map<RunId, Run> all_runs;
    int failures = 0; ///< this many calls of settle_and_claim throw
    ExitStatus failure_status = ExitStatus::busy;
    bool failures_commit = false; ///< ... after having done their work: an ambiguous commit
    int maintained = 0;
    int settles = 0; ///< calls that wrote something
    std::vector<TickRecord> ticks;
    std::vector<RunId> to_cancel;
    std::vector<Expired> to_expire;
    bool has_changed = true;
    std::function<void()> before_recording; ///< somebody else is quicker, once

    JobId add(Time now, std::function<void(Job&)> adjust = {})
    {
        Job job;
        job.id = JobId{next_job_++};
        job.work = Command{{"/bin/true"}};
        job.name = "true";
        job.queue = "default";
        job.priority = 0;
        job.run_at = now;
        job.created_at = now;
        if (adjust)
            adjust(job);
        jobs[job.id] = job;
        has_changed = true;
        return job.id;
    }

    /// A job that runs under another tick.
    RunId add_running(Time now, const RunnerIdentity& runner, std::function<void(Job&)> adjust = {})
    {
        const JobId id = add(now, std::move(adjust));
        return claim(jobs.at(id), runner, now).run;
    }

    Settled settle_and_claim(std::span<const RunReport> reports, const ClaimRequest& request, Time now) override
    {
        const bool fail = failures > 0;
        if (fail) {
            --failures;
            if (!failures_commit)
                throw Error(failure_status, "the database is locked");
        }
        Settled settled;
        for (const auto& report : reports)
            std::visit([this](const auto& r) { apply(r); }, report);
        for (auto& [id, job] : jobs)
            if (request.slots > 0 && (job.state == JobState::scheduled || job.state == JobState::retryable) &&
                job.run_at <= now)
                job.state = JobState::available;
        for (const auto& candidate : choose(request, now))
            settled.claims.push_back(claim(jobs.at(candidate.id), request.runner, now));
        settles += !reports.empty() || !settled.claims.empty() ? 1 : 0;
        if (fail)
            throw Error(ExitStatus::io, "commit failed");
        return settled;
    }

    bool has_due(const ClaimRequest& request, Time now) override
    {
        auto copy = jobs;
        for (auto& [id, job] : jobs)
            if ((job.state == JobState::scheduled || job.state == JobState::retryable) && job.run_at <= now)
                job.state = JobState::available;
        const bool due = !choose(request, now).empty();
        jobs = std::move(copy);
        return due;
    }

    std::vector<RunningJob> running_jobs(std::optional<HostId> host) override
    {
        std::vector<RunningJob> running;
        for (const auto& [id, job] : jobs)
            if (job.state == JobState::running && (!host || all_runs.at(*job.run).runner.host == *host))
                running.push_back({job, all_runs.at(*job.run)});
        return running;
    }

    std::optional<Time> next_due() override
    {
        std::optional<Time> next;
        for (const auto& [id, job] : jobs)
            if (job.state == JobState::scheduled || job.state == JobState::retryable)
                next = std::min(next.value_or(Time::max()), job.run_at);
        return next;
    }

    bool changed() override { return std::exchange(has_changed, false); }
    std::vector<RunId> cancel_requests(std::optional<HostId>) override { return to_cancel; }

    std::vector<Expired> expired(const Retention&, bool, Time, int) override { return to_expire; }
    void erase(std::span<const JobId> ids) override
    {
        for (const JobId id : ids)
            jobs.erase(id);
        to_expire.clear();
    }

    std::int64_t begin_tick(const TickRecord&) override { return 7; }
    void end_tick(const TickRecord& tick) override { ticks.push_back(tick); }
    std::string maintain() noexcept override
    {
        ++maintained;
        return {};
    }

    ScheduleMemory schedule_memory() override { return memory; }
    std::map<std::string, std::vector<JobId>> unfinished_of(std::span<const std::string>) override { return {}; }
    std::optional<std::vector<Occurrence>> record_schedules(const ScheduleStep& step, Time now) override
    {
        if (before_recording)
            std::exchange(before_recording, nullptr)();
        if (memory.evaluated_until != step.evaluated_from)
            return std::nullopt;
        std::vector<Occurrence> recorded;
        for (const auto& mark : step.marks)
            memory.marks[mark.name] = mark;
        for (const auto& occurrence : step.occurrences) {
            recorded.push_back(occurrence.occurrence);
            if (occurrence.creates)
                add(now, [&](Job& job) {
                    job.work = occurrence.creates->work;
                    job.schedule = occurrence.creates->schedule;
                });
        }
        memory.evaluated_until = std::max(memory.evaluated_until.value_or(Time{}), step.evaluated_until);
        return recorded;
    }
    Occupancy occupancy(const SelectionLimits& limits, Time) override { return occupancy_now(limits); }

    // What the loop never asks.
    std::vector<Created> create(std::span<const NewJob>, Time) override { unasked(); }
    CancelResult cancel(JobId, const std::string&, Time) override { unasked(); }
    RetryResult retry(JobId, Time) override { unasked(); }
    void pause(const Pause&) override { unasked(); }
    bool resume(const std::string&) override { unasked(); }
    bool set_progress(JobId, RunId, const Progress&) override { unasked(); }
    bool add_message(JobId, const Message&) override { unasked(); }
    bool set_note(JobId, RunId, const Note&) override { unasked(); }
    StoreIdentity identity() override { return {"fake"}; }
    std::optional<Job> find(JobId) override { unasked(); }
    std::optional<JobId> find_token(const std::string&) override { unasked(); }
    std::vector<Job> list(const JobFilter&) override { unasked(); }
    std::vector<Run> runs(JobId) override { unasked(); }
    std::vector<Message> messages(JobId) override { unasked(); }
    std::vector<Note> notes(JobId) override { unasked(); }
    Summary summary() override { unasked(); }
    std::vector<Occurrence> occurrences(const std::string&, int) override { unasked(); }
    std::optional<Duration> usual_duration(const Job&) override { unasked(); }

    ScheduleMemory memory;

private:
    [[noreturn]] static void unasked() { throw std::logic_error("the loop has no business with this verb"); }

    [[nodiscard]] Occupancy occupancy_now(const SelectionLimits& limits) const
    {
        Occupancy taken;
        for (const auto& [id, job] : jobs)
            if (job.state == JobState::running &&
                std::find(limits.outer_runs.begin(), limits.outer_runs.end(), *job.run) == limits.outer_runs.end()) {
                ++taken.running;
                ++taken.by_queue[*job.queue];
            }
        return taken;
    }

    std::vector<Candidate> choose(const ClaimRequest& request, Time now)
    {
        std::vector<Candidate> waiting;
        for (const auto& [id, job] : jobs)
            if (job.state == JobState::available && takes(request, job.work, *job.queue))
                waiting.push_back({id, *job.queue, *job.priority, job.run_at, job.concurrency_key});
        std::sort(waiting.begin(), waiting.end(), [](const auto& a, const auto& b) {
            return std::tie(a.priority, a.run_at, a.id) < std::tie(b.priority, b.run_at, b.id);
        });
        std::size_t next = 0;
        Lane lane{"default", [&] { return next < waiting.size() ? std::optional(waiting[next++]) : std::nullopt; }};
        return select({lane}, request.slots, request.limits, occupancy_now(request.limits), now);
    }

    Claim claim(Job& job, const RunnerIdentity& runner, Time now)
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
        return {job, run.id, run.attempt, output_name(job.id, run.id), std::nullopt};
    }

    Job* holder(RunId run)
    {
        for (auto& [id, job] : jobs)
            if (job.run == run)
                return &job;
        return nullptr;
    }

    void apply(const RunStarted& report)
    {
        if (holder(report.run) != nullptr)
            all_runs.at(report.run).started_at = report.at;
    }

    void apply(const RunFinished& report)
    {
        Job* job = holder(report.run);
        if (job == nullptr)
            return;
        all_runs.at(report.run).outcome = report.outcome;
        job->state = report.next.state;
        job->reason = report.next.reason;
        job->run_at = report.next.run_at.value_or(job->run_at);
        job->attempts -= report.next.charge ? 0 : 1;
        job->run.reset();
    }

    void apply(const RunUndone& report)
    {
        if (Job* job = holder(report.run); job != nullptr) {
            job->state = JobState::available;
            --job->attempts;
            job->run.reset();
            all_runs.erase(report.run);
        }
    }

    void apply(const RunRejected& report)
    {
        if (Job* job = holder(report.run); job != nullptr) {
            job->state = report.state;
            job->reason = report.reason;
            job->run.reset();
            all_runs.erase(report.run);
        }
    }

    std::int64_t next_job_ = 1;
    std::int64_t next_run_ = 1;
};

} // namespace escher::test
