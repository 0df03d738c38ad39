#pragma once

#include <escher/policy.hpp>
#include <escher/run.hpp>

#include <functional>
#include <set>
#include <span>
#include <utility>

namespace escher {

/// What creating one job came to.
struct Created {
    JobId id{};
    std::string token;
    bool existed =
        false; ///< nothing was created; `id` is the unfinished job with the same unique key, or the job with
    ///< the same token, in whatever state
};

/// What happens to a job after one of its runs.
struct Transition {
    JobState state = JobState::completed;
    std::optional<Time> run_at; ///< of the next attempt, for retryable
    std::string reason; ///< stored with failed and cancelled
    bool charge = true; ///< false: the attempt is given back
};

/// The program of `run` was executed.
struct RunStarted {
    RunId run{};
    ProcessIdentity process;
    Time at{};
};

/// `run` has ended; its job moves on.
struct RunFinished {
    RunId run{};
    Outcome outcome;
    ResourceUsage usage;
    OutputSize output;
    Time at{};
    Transition next;
};

/// `run` was claimed but provably never executed: its row goes, the job is available again, no attempt is charged.
struct RunUndone {
    RunId run{};
};

/// The job of `run` cannot be run, or not any more: it becomes invalid or cancelled, the row of the run goes.
struct RunRejected {
    RunId run{};
    std::string reason;
    JobState state = JobState::invalid;
};

using RunReport = std::variant<RunStarted, RunFinished, RunUndone, RunRejected>;

/// What selection has to keep to.
struct SelectionLimits {
    int concurrency = 1; ///< running jobs over all queues and all live ticks
    std::map<std::string, QueueLimits> queues; ///< a queue that is not named has no limits of its own
    int default_per_key = 1; ///< QueueLimits::per_key of a queue that is not named
    std::optional<Duration> aging; ///< waiting this long improves a job's priority by one; none: never
    std::vector<RunId> outer_runs; ///< do not count: whoever selects runs inside them, and they wait for it
};

/// Where a row of plain SQL that names no queue or no priority belongs.
struct Intake {
    std::string queue = "default";
    int priority = 0;
};

struct ClaimRequest {
    int slots = 0; ///< at most this many; 0: only record
    SelectionLimits limits;
    RunnerIdentity runner;
    Intake commands; ///< for rows with a command
    std::map<std::string, Intake> tasks; ///< for rows with a task; one that is not named: as `commands`

    // What the claimer can run; the rest is neither claimed nor taken in, and waits for somebody else. A claimer that is the
    // only one leaves these as they are: what it does not know is a mistake then, which it has to tell.
    std::optional<std::set<std::string>> known_tasks; ///< jobs of other tasks are left; none: of no task
    bool runs_commands = true; ///< false: jobs with a command of their own are left
    std::optional<std::set<std::string>> serves; ///< jobs of other queues are left; none: of no queue
};

/// A job that is now `running`, in the hands of the claimer.
struct Claim {
    Job job;
    RunId run{};
    int attempt = 1;
    std::optional<std::string> input;
};

struct Settled {
    std::vector<RunId> stale; ///< reports that changed nothing: the run was not this job's current one any more
    std::vector<Claim> claims; ///< in the order of selection
};

/// A `running` job and the run that holds it.
struct RunningJob {
    Job job;
    Run run;
};

enum class CancelResult { cancelled, requested, already_finished, no_such_job };
enum class RetryResult { queued, still_unfinished, invalid, no_such_job };

/// A pause of one queue, or of all.
struct Pause {
    std::string queue; ///< empty: every queue
    Time since{};
    std::optional<Time> until; ///< none: until resumed
    std::string by;
    std::string reason;
};

/// What is taken, at one instant: the facts that limits are counted from.
struct Occupancy {
    int running = 0;
    std::map<std::string, int> by_queue; ///< running jobs
    std::map<std::pair<std::string, std::string>, std::vector<JobId>> by_key; ///< (queue, key) -> running jobs
    std::map<std::string, std::vector<Time>> starts; ///< of queues with a rate: starts inside its window, ascending
    std::vector<Pause> pauses; ///< in force
};

struct JobFilter {
    bool unfinished_or_recent = true; ///< false: every job
    std::optional<Time> finished_since; ///< what "recent" means
    std::optional<JobState> state;
    std::optional<std::string> queue;
    std::optional<std::string> schedule;
    int limit = 50; ///< the newest
};

/// One invocation that selected and ran.
struct TickRecord {
    std::int64_t id = 0;
    Time started_at{};
    std::optional<Time> ended_at; ///< none: lives, or died without a word
    std::int64_t pid = 0;
    std::string version;
    int claimed = 0;
    int completed = 0;
    int failed = 0;
    int recovered = 0;
    int pruned = 0;
    std::string error; ///< what a person must know; empty: all well
};

/// How the newest ticks ended, counted over the last `Summary::ticks_counted` of them.
struct TickCounts {
    int succeeded = 0; ///< without an error
    int failed = 0; ///< with one
    int unfinished = 0; ///< they live, or died without a word

    bool operator==(const TickCounts&) const = default;
};

struct Summary {
    static constexpr int ticks_counted = 60; ///< about an hour under cron

    std::map<JobState, std::int64_t> jobs; ///< states with none are left out
    std::optional<TickRecord> last_tick; ///< the newest
    std::optional<TickRecord> last_success; ///< the newest that ended without an error
    TickCounts recent_ticks;
    std::optional<Time> next_due; ///< of scheduled and retryable jobs
    std::optional<Time> oldest_available; ///< run_at of the job that waits longest
};

/// A finished job that retention no longer keeps, with its runs.
struct Expired {
    JobId job{};
    std::vector<RunId> runs;
};

enum class OccurrenceResult { created, skipped, coalesced, dropped };

/// What became of one due time of a schedule.
struct Occurrence {
    std::string schedule;
    Time nominal_at{};
    OccurrenceResult result = OccurrenceResult::created;
    std::string reason; ///< why it was skipped, coalesced or dropped
    std::optional<JobId> job;
    Time decided_at{};
};

/// What the store remembers of a schedule: it starts from `since`, the moment this definition was first seen.
struct ScheduleMark {
    std::string name;
    std::string definition; ///< normalized text; a change starts the schedule anew
    Time since{};
    std::string boot_id; ///< of the boot for which @reboot has been served
};

struct ScheduleMemory {
    std::map<std::string, ScheduleMark> marks;
    std::optional<Time> evaluated_until; ///< every due time up to and including this one is decided
};

struct NewOccurrence {
    Occurrence occurrence; ///< its `job` is filled in by the store where `creates` is set
    std::optional<NewJob> creates;
    std::vector<JobId> replaces; ///< unfinished jobs to cancel first
};

struct ScheduleStep {
    std::vector<ScheduleMark> marks; ///< new or changed
    std::vector<NewOccurrence> occurrences;
    std::optional<Time> evaluated_from; ///< ScheduleMemory::evaluated_until that this was decided upon
    Time evaluated_until{}; ///< of the memory from now on
};

/// Which store this is, and how far its history goes: what tells its runs from those of another, and a store from a copy of it or
/// from what it was before.
struct StoreIdentity {
    std::string instance; ///< a uuid, made with the store and copied with it
    std::string generation; ///< a random word, made with the store and anew by accept(); copied too
    std::string home; ///< as settle_in() was told; empty: not yet
    std::string lock; ///< likewise
    RunId last_run{}; ///< the highest that was ever claimed, whatever has become of it; 0: none
    JobId last_job{}; ///< the highest that was ever created; 0: none

    bool operator==(const StoreIdentity&) const = default;
};

/// What a person has decided of the jobs of a store that was restored or copied.
struct Acceptance {
    RunId beyond_run{}; ///< runs are numbered on from beyond this one and the store's own
    JobId beyond_job{}; ///< jobs likewise
    std::string home;
    std::string lock;
    std::optional<std::set<JobId>> run; ///< unfinished jobs that may run; the others are cancelled. None: all may run
    std::optional<Time> made_before; ///< jobs created then or later are left as they are. None: there are none such
    bool close_runs =
        false; ///< runs that have not ended are another host's: they are lost here, and are not looked for
    std::string reason; ///< of what is cancelled or lost
};

struct Accepted {
    std::vector<JobId> cancelled; ///< running ones among them, which their tick or recovery will end
    std::string generation; ///< the new one
};

/// The port to where jobs live. One verb is one transaction: it happens whole or, if it throws, not at all - except
/// that a failed commit may yet turn out to have happened, so a caller that catches must read again before it goes on.
/// Verbs throw escher::Error. Times are given, never taken from a clock.
class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    // --- creating and steering jobs

    /// Creates all jobs or none; durable on return. Throws Error{bad_data} naming the 1-based position of a job that
    /// depends on one that does not exist, or whose token is none. A taken unique key or token is no error: see
    /// Created::existed.
    virtual std::vector<Created> create(std::span<const NewJob> jobs, Time now) = 0;

    /// A waiting job is cancelled; a running one is marked, and its tick stops it. `reason` is shown.
    virtual CancelResult cancel(JobId job, const std::string& reason, Time now) = 0;

    /// A failed, cancelled or completed job becomes available again with its attempts at 0. Jobs that were cancelled because
    /// they depended on it stay cancelled.
    virtual RetryResult retry(JobId job, Time now) = 0;

    /// Replaces an earlier pause of the same queue.
    virtual void pause(const Pause& pause) = 0;

    /// False if it was not paused. Empty: the pause of every queue.
    virtual bool resume(const std::string& queue) = 0;

    // --- from inside a job; fenced: false if `run` is not the current run of a running job

    virtual bool set_progress(JobId job, RunId run, const Progress& progress) = 0;
    virtual bool add_message(JobId job, const Message& message) = 0;
    virtual bool set_note(JobId job, RunId run, const Note& note) = 0;

    // --- the tick

    /// The jobs in state running, oldest claim first, whose runner's host is `host`; none: of every host.
    virtual std::vector<RunningJob> running_jobs(std::optional<HostId> host) = 0;

    /// Records `reports`, then, if there are free slots, makes due what has come due, selects by
    /// core/selection.hpp and marks what was selected `running`: one durable transaction, so that results and the
    /// claims that follow them share a flush. Dependants of finished jobs are freed or cancelled in it.
    /// Applying the same report twice changes nothing more and is not stale. Without reports and without anything to
    /// claim nothing is written.
    virtual Settled settle_and_claim(std::span<const RunReport> reports, const ClaimRequest& request, Time now) = 0;

    /// True if settle_and_claim({}, request, now) would claim something. Writes nothing.
    virtual bool has_due(const ClaimRequest& request, Time now) = 0;

    /// The earliest run_at of a scheduled or retryable job.
    virtual std::optional<Time> next_due() = 0;

    /// True if another connection has committed since the last call (and at the first call). Cheap.
    virtual bool changed() = 0;

    /// Running jobs of that host whose cancellation has been asked for; none: of every host.
    virtual std::vector<RunId> cancel_requests(std::optional<HostId> host) = 0;

    virtual ScheduleMemory schedule_memory() = 0;

    /// For each of `schedules`: its unfinished jobs, oldest first.
    virtual std::map<std::string, std::vector<JobId>> unfinished_of(std::span<const std::string> schedules) = 0;

    /// Compare-and-set: if the memory's evaluated_until is not `step.evaluated_from` any more, somebody else has decided
    /// meanwhile; nothing is recorded then, and nothing returned: read the memory again, and decide anew.
    /// An occurrence that is on record already is left alone and creates nothing. Returns those that were recorded.
    virtual std::optional<std::vector<Occurrence>> record_schedules(const ScheduleStep& step, Time now) = 0;

    /// At most `limit` jobs that retention does not keep, oldest first. `by_count` looks at Retention::keep too.
    virtual std::vector<Expired> expired(const Retention& retention, bool by_count, Time now, int limit) = 0;

    /// Deletes finished jobs with all that belongs to them; unfinished ones are passed over.
    virtual void erase(std::span<const JobId> jobs) = 0;

    /// Begins the record of a tick and returns its id. Need not be durable.
    virtual std::int64_t begin_tick(const TickRecord& tick) = 0;

    /// Completes the record; old records are pruned. Need not be durable.
    virtual void end_tick(const TickRecord& tick) = 0;

    /// Remembers where the store is at home and which lock its ticks take. Need not be durable.
    virtual void settle_in(const std::string& home, const std::string& lock) = 0;

    /// Makes a store that was restored or copied one that may work again: a new generation, numbers of jobs and runs that go on
    /// a million further, its home and its lock, and what was decided of its jobs. Only the holder of the lock may.
    virtual Accepted accept(const Acceptance& acceptance, Time now) = 0;

    /// Housekeeping that only the holder of the tick lock may do (the WAL checkpoint). Never throws.
    /// Returns a warning for people, or empty.
    virtual std::string maintain() noexcept = 0;

    // --- reading
    /// The instance never changes.
    virtual StoreIdentity identity() = 0;

    virtual std::optional<Job> find(JobId job) = 0;
    virtual std::optional<JobId> find_token(const std::string& token) = 0;
    virtual std::vector<Job> list(const JobFilter& filter) = 0; ///< newest last
    virtual std::vector<Run> runs(JobId job) = 0; ///< oldest first
    virtual std::vector<Message> messages(JobId job) = 0; ///< oldest first
    virtual std::vector<Note> notes(JobId job) = 0; ///< by key
    virtual Summary summary() = 0;
    virtual Occupancy occupancy(const SelectionLimits& limits, Time now) = 0;

    /// The newest occurrences of a schedule, newest first.
    virtual std::vector<Occurrence> occurrences(const std::string& schedule, int limit) = 0;

    /// Mean duration of the last completed runs of jobs like this one (same task, else same name), if there are any.
    virtual std::optional<Duration> usual_duration(const Job& job) = 0;
};

} // namespace escher
