#pragma once

#include <escher/error.hpp>
#include <escher/store.hpp>

namespace escher::test {

/// A Store in memory. It passes the contract suite, so that what the loop is tested with means the same as what it runs on; the
/// work of a new job is checked less than by a Store that others write to. Jobs can be looked at and changed between the
/// loop's calls.
class FakeStore : public Store {
public:
    FakeStore();

    std::map<JobId, Job> jobs;
    std::map<RunId, Run> all_runs;
    ScheduleMemory memory;

    int failures = 0; ///< this many calls of settle_and_claim throw
    ErrorKind failure_status = ErrorKind::busy;
    bool failures_commit = false; ///< ... after having done their work: an ambiguous commit
    int maintained = 0;
    int settles = 0; ///< calls that wrote something
    std::vector<TickRecord> ticks; ///< that have ended
    std::vector<RunId> to_cancel; ///< besides what cancel() has asked for
    std::vector<Expired> to_expire; ///< before what the retention lets go
    bool has_changed = true;
    std::function<void()> before_recording; ///< somebody else is quicker with schedules, once

    JobId add(Time now, const std::function<void(Job&)>& adjust = {});

    /// A job that runs under another tick.
    RunId add_running(Time now, const RunnerIdentity& runner, const std::function<void(Job&)>& adjust = {});

    std::vector<Created> create(std::span<const NewJob> asked, Time now) override;
    CancelResult cancel(JobId job, const std::string& reason, Time now) override;
    RetryResult retry(JobId job, Time now) override;
    void pause(const Pause& pause) override { pauses_[pause.queue] = pause; }
    bool resume(const std::string& queue) override { return pauses_.erase(queue) == 1; }

    bool set_progress(JobId job, RunId run, const Progress& progress) override;
    bool add_message(JobId job, const Message& message) override;
    bool set_note(JobId job, RunId run, const Note& note) override;

    std::vector<RunningJob> running_jobs(std::optional<HostId> host) override;
    Settled settle_and_claim(std::span<const RunReport> reports, const ClaimRequest& request, Time now) override;
    bool has_due(const ClaimRequest& request, Time now) override;
    std::optional<Time> next_due() override;
    bool changed() override { return std::exchange(has_changed, false); }
    std::vector<RunId> cancel_requests(std::optional<HostId> host) override;
    ScheduleMemory schedule_memory() override { return memory; }
    std::map<std::string, std::vector<JobId>> unfinished_of(std::span<const std::string> schedules) override;
    std::optional<std::vector<Occurrence>> record_schedules(const ScheduleStep& step, Time now) override;
    std::vector<Expired> expired(const Retention& retention, bool by_count, Time now, int limit) override;
    void erase(std::span<const JobId> ids) override;
    std::int64_t begin_tick(const TickRecord& tick) override;
    void end_tick(const TickRecord& tick) override;
    std::string maintain() noexcept override
    {
        ++maintained;
        return {};
    }

    void settle_in(const std::string& home, const std::string& lock) override;
    Accepted accept(const Acceptance& acceptance, Time now) override;
    StoreIdentity identity() override;
    std::optional<Job> find(JobId job) override;
    std::optional<JobId> find_token(const std::string& token) override;
    std::vector<Job> list(const JobFilter& filter) override;
    std::vector<Run> runs(JobId job) override;
    std::vector<Message> messages(JobId job) override { return messages_[job]; }
    std::vector<Note> notes(JobId job) override;
    Summary summary() override;
    Occupancy occupancy(const SelectionLimits& limits, Time now) override;
    std::vector<Occurrence> occurrences(const std::string& schedule, int limit) override;
    std::optional<Duration> usual_duration(const Job& job) override;

private:
    Created insert(const NewJob& asked, const std::string& what, Time now);
    CancelResult cancel_one(JobId job, const std::string& reason, Time now);
    static void finish(Job& job, JobState state, Time now);
    void settle_dependants(Time now);
    void promote(Time now);
    std::vector<JobId> choose(const ClaimRequest& request, Time now);
    Claim claim(Job& job, const RunnerIdentity& runner, Time now);

    /// The running job that `run` holds; nullptr: none.
    Job* holder(RunId run);
    bool apply(const RunStarted& report, Time now);
    bool apply(const RunFinished& report, Time now);
    bool apply(const RunUndone& report, Time now);
    bool apply(const RunRejected& report, Time now);
    bool take_back(RunId run, JobState state, Time now);

    std::string instance_;
    std::string generation_ = "first";
    std::string home_;
    std::string lock_;
    std::map<JobId, std::vector<Dependency>> needs_;
    std::map<JobId, std::string> inputs_;
    std::map<JobId, std::vector<Message>> messages_;
    std::map<JobId, std::map<std::string, Note>> notes_;
    std::map<std::string, Pause> pauses_;
    std::map<std::string, std::map<Time, Occurrence>> occurrences_;
    std::map<std::int64_t, TickRecord> all_ticks_;
    std::int64_t next_job_ = 1;
    std::int64_t next_run_ = 1;
    std::int64_t next_tick_ = 7;
};

} // namespace escher::test
