#pragma once

#include "sqlite/connection/database.hpp"

#include <escher/store.hpp>

namespace escher::sqlite {

/// The Store on one SQLite connection. It knows one host, escher::only_host: the file system of the file is local, so that all
/// who claim share a kernel, and the database binds them to one lock file. Its verbs are defined in several files, one per family.
class SqliteStore final : public Store {
public:
    explicit SqliteStore(Database database) : database_(std::move(database)) {}

    std::vector<Created> create(std::span<const NewJob> jobs, Time now) override;
    CancelResult cancel(JobId job, const std::string& reason, Time now) override;
    RetryResult retry(JobId job, Time now) override;
    void pause(const Pause& pause) override;
    bool resume(const std::string& queue) override;

    bool set_progress(JobId job, RunId run, const Progress& progress) override;
    bool add_message(JobId job, const Message& message) override;
    bool set_note(JobId job, RunId run, const Note& note) override;

    std::vector<RunningJob> running_jobs(std::optional<HostId> host) override;
    Settled settle_and_claim(std::span<const RunReport> reports, const ClaimRequest& request, Time now) override;
    bool has_due(const ClaimRequest& request, Time now) override;
    std::optional<Time> next_due() override;
    bool changed() override;
    std::vector<RunId> cancel_requests(std::optional<HostId> host) override;
    ScheduleMemory schedule_memory() override;
    std::map<std::string, std::vector<JobId>> unfinished_of(std::span<const std::string> schedules) override;
    std::optional<std::vector<Occurrence>> record_schedules(const ScheduleStep& step, Time now) override;
    std::vector<Expired> expired(const Retention& retention, bool by_count, Time now, int limit) override;
    void erase(std::span<const JobId> jobs) override;
    std::int64_t begin_tick(const TickRecord& tick) override;
    void end_tick(const TickRecord& tick) override;
    void settle_in(const std::string& home, const std::string& lock) override;
    Accepted accept(const Acceptance& acceptance, Time now) override;
    std::string maintain() noexcept override;

    StoreIdentity identity() override;
    std::optional<Job> find(JobId job) override;
    std::optional<JobId> find_token(const std::string& token) override;
    std::vector<Job> list(const JobFilter& filter) override;
    std::vector<Run> runs(JobId job) override;
    std::vector<Message> messages(JobId job) override;
    std::vector<Note> notes(JobId job) override;
    Summary summary() override;
    Occupancy occupancy(const SelectionLimits& limits, Time now) override;
    std::vector<Occurrence> occurrences(const std::string& schedule, int limit) override;
    std::optional<Duration> usual_duration(const Job& job) override;

    [[nodiscard]] Database& database() { return database_; }

private:
    Database database_;
    std::optional<std::pair<int, std::int64_t>> data_version_; ///< of which connection, at the last call of changed()
};

} // namespace escher::sqlite
