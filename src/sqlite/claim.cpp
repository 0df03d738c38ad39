#include "core/output_name.hpp"
#include "sqlite/connection/transaction.hpp"
#include "sqlite/dependants.hpp"
#include "sqlite/intake.hpp"
#include "sqlite/job_row.hpp"
#include "sqlite/lanes.hpp"
#include "sqlite/occupancy.hpp"
#include "sqlite/pauses.hpp"
#include "sqlite/settle.hpp"
#include "sqlite/sqlite_store.hpp"

#include <escher/error.hpp>

#include <algorithm>

namespace escher::sqlite {

namespace {

/// What one look at the database would start, and what it met that cannot be started.
struct Choice {
    std::vector<Job> jobs; ///< in the order of selection
    std::vector<Misfit> misfits;
    bool more_pending = false; ///< not all that is due could be looked at
};

/// Reads only. `pending`: what is due but not promoted or taken in yet counts as if it were.
Choice choose(Database& database, const ClaimRequest& request, int slots, bool pending, Time now)
{
    Choice choice;
    if (slots <= 0)
        return choice;
    const auto taken = read_occupancy(database, request.limits, now);
    if (taken.running >= request.limits.concurrency)
        return choice;
    LaneReader reader(database, pending || request.limits.aging.has_value(), request, taken);
    if (pending)
        reader.include_pending(now);
    for (const auto& candidate : select(reader.lanes(), slots, request.limits, taken, now))
        choice.jobs.push_back(reader.take(candidate.id));
    choice.misfits = reader.misfits();
    choice.more_pending = reader.pending_was_cut();
    return choice;
}

constexpr std::int64_t most_runs = std::int64_t{1} << 62; ///< what is counted on from there would soon be no number

/// The id that the next run gets: output files are named after it.
std::int64_t next_run(Database& database)
{
    Query query = database.query("SELECT seq FROM sqlite_sequence WHERE name = ?");
    query.bind(database.expand("{run}"));
    const std::int64_t last = query.step() ? query.integer(0) : 0;
    if (last >= most_runs)
        throw Error(ErrorKind::unavailable, "cannot use the database '" + database.name() +
                                                "': in sqlite_sequence the last run has the number " +
                                                std::to_string(last) +
                                                ", which none had; put back what a backup has there");
    return last + 1;
}

std::optional<std::string> read_input(Database& database, JobId job)
{
    Query query = database.query("SELECT stdin FROM {job} WHERE id = ?");
    if (!query.bind(job).step() || query.is_null(0))
        return std::nullopt;
    return query.text(0);
}

Claim claim_job(Database& database, Job job, RunId run, const RunnerIdentity& runner, Time now)
{
    Claim claim;
    claim.run = run;
    claim.attempt = job.attempts + 1;
    claim.input = read_input(database, job.id);
    const int changed = database
                            .query(R"SQL(
                                UPDATE {job} SET state = 'running', run = ?, attempts = attempts + 1, reason = NULL,
                                    progress = NULL, progress_text = NULL, progress_at = NULL, started_at = NULL
                                WHERE id = ? AND state = 'available' AND blocked = 0
                            )SQL")
                            .bind(run, job.id)
                            .run();
    if (changed != 1)
        throw Error(ErrorKind::internal, "the database '" + database.name() +
                                             "' changed within a transaction; "
                                             "nothing was claimed");
    database
        .query(R"SQL(
            INSERT INTO {run} (id, job, queue, attempt, claimed_at, output_file, runner_pid, runner_started,
                runner_mark, boot_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        )SQL")
        .bind(run, job.id, *job.queue, claim.attempt, now, output_name(job.id, run), runner.process.pid,
              runner.process.start_ticks, runner.mark, runner.process.boot_id)
        .run();
    job.state = JobState::running;
    job.run = run;
    job.attempts = claim.attempt;
    job.reason.clear();
    job.progress.reset();
    job.started_at.reset();
    claim.job = std::move(job);
    return claim;
}

/// Whether a write would change anything, whatever it is.
bool work_waits(Database& database, const ClaimRequest& request, Time now)
{
    if (dependants_wait(database) || promotion_waits(database, now) || intake_waits(database, request))
        return true;
    // A misfit that was met is moved aside even where nothing can be claimed.
    const auto choice = choose(database, request, 1, false, now);
    return !choice.jobs.empty() || !choice.misfits.empty();
}

std::vector<Claim> claim_due(Database& database, const ClaimRequest& request, Time now)
{
    settle_dependants(database, now);
    drop_old_pauses(database, now);
    promote(database, now);
    take_in(database, request, now);
    auto choice = choose(database, request, request.slots, false, now);
    for (const auto& misfit : choice.misfits)
        make_invalid(database, misfit.job, misfit.why, now);
    std::vector<Claim> claims;
    claims.reserve(choice.jobs.size());
    auto run = choice.jobs.empty() ? 0 : next_run(database);
    for (auto& job : choice.jobs)
        claims.push_back(claim_job(database, std::move(job), RunId(run++), request.runner, now));
    // Those that needed a misfit.
    settle_dependants(database, now);
    return claims;
}

} // namespace

Settled SqliteStore::settle_and_claim(std::span<const RunReport> reports, const ClaimRequest& request, Time now)
{
    if (reports.empty()) {
        if (request.slots <= 0)
            return {};
        const Snapshot snapshot(database_, "read the database");
        if (!work_waits(database_, request, now))
            return {};
    }
    Transaction transaction(database_, "record results and claim jobs in the database");
    Settled settled;
    for (const auto& report : reports)
        if (!record(database_, report, now))
            settled.stale.push_back(std::visit([](const auto& one) { return one.run; }, report));
    if (!reports.empty())
        settle_dependants(database_, now);
    if (request.slots > 0)
        settled.claims = claim_due(database_, request, now);
    transaction.commit();
    return settled;
}

bool SqliteStore::has_due(const ClaimRequest& request, Time now)
{
    if (request.slots <= 0)
        return false;
    const Snapshot snapshot(database_, "read the database");
    const bool pending =
        dependants_wait(database_) || promotion_waits(database_, now) || intake_waits(database_, request);
    const auto choice = choose(database_, request, 1, pending, now);
    // Each claim makes a part of it available: there is something to do, if not to start.
    return !choice.jobs.empty() || choice.more_pending;
}

std::optional<Time> SqliteStore::next_due()
{
    Query query = database_.query(R"SQL(
        SELECT run_at FROM {job} INDEXED BY {job}_due WHERE state IN ('scheduled', 'retryable')
        ORDER BY run_at LIMIT 1
    )SQL");
    if (!query.step())
        return std::nullopt;
    return bounded_time(query, 0);
}

} // namespace escher::sqlite
