#include "sqlite/cancel.hpp"
#include "sqlite/connection/transaction.hpp"
#include "sqlite/dependants.hpp"
#include "sqlite/settle.hpp"
#include "sqlite/sqlite_store.hpp"

#include <algorithm>

namespace escher::sqlite {

namespace {

/// How far the numbers jump: further than any backup is old.
constexpr std::int64_t leap = 1'000'000;

/// An id of a job can be no higher, by the schema; a client's row may have come near.
constexpr std::int64_t highest_id = 4'503'599'627'370'496;

struct Unfinished {
    JobId job{};
    std::optional<RunId> run; ///< of a running one
    Time created_at{};
};

std::vector<Unfinished> read_unfinished(Database& database)
{
    Query query = database.query(R"SQL(
        SELECT id, iif(state = 'running', run, NULL), created_at FROM {job} INDEXED BY {job}_unfinished
        WHERE finished_at IS NULL ORDER BY id
    )SQL");
    std::vector<Unfinished> jobs;
    while (query.step()) {
        const auto run = query.maybe_integer(1);
        jobs.push_back({JobId(query.integer(0)), run ? std::optional(RunId(*run)) : std::nullopt, query.time(2)});
    }
    return jobs;
}

/// `run` is another host's: whether it has ended is not to be known here.
void lose(Database& database, RunId run, bool again, const std::string& reason, Time now)
{
    RunFinished report;
    report.run = run;
    report.outcome = Lost{reason};
    report.at = now;
    report.next = again ? Transition{JobState::retryable, now, reason, false}
                        : Transition{JobState::failed, std::nullopt, "lost: " + reason, true};
    // Stale where a client's row is none of ours: recovery will meet it.
    static_cast<void>(record(database, report, now));
}

void leap_beyond(Database& database, const char* table, std::int64_t beyond)
{
    const std::string name = database.expand(table);
    std::int64_t given = 0;
    {
        Query query = database.query("SELECT seq FROM sqlite_sequence WHERE name = ?");
        if (query.bind(name).step())
            given = query.integer(0);
    }
    const auto next = std::min(std::max(given, beyond) + leap, std::max(given, highest_id - leap));
    if (database.query("UPDATE sqlite_sequence SET seq = ? WHERE name = ?").bind(next, name).run() == 0)
        database.query("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)").bind(name, next).run();
}

void remember(Database& database, const char* key, const std::string& value)
{
    database.query("INSERT OR REPLACE INTO {meta} (key, value) VALUES (?, ?)").bind(key, value).run();
}

} // namespace

StoreIdentity SqliteStore::identity()
{
    // One statement, because every tick asks.
    Query query = database_.query(R"SQL(
        SELECT 'm', key, value FROM {meta} WHERE key IN ('instance', 'generation', 'home', 'lock')
        UNION ALL SELECT 's', name, seq FROM sqlite_sequence WHERE name IN ('{run}', '{job}')
    )SQL");
    StoreIdentity identity;
    while (query.step()) {
        const auto key = query.bytes(1);
        if (query.bytes(0) == "s")
            if (key.ends_with("run"))
                identity.last_run = RunId(query.integer(2));
            else
                identity.last_job = JobId(query.integer(2));
        else if (key == "instance")
            identity.instance = query.text(2);
        else if (key == "generation")
            identity.generation = query.text(2);
        else if (key == "home")
            identity.home = query.text(2);
        else
            identity.lock = query.text(2);
    }
    return identity;
}

void SqliteStore::settle_in(const std::string& home, const std::string& lock)
{
    Transaction transaction(database_, "remember the place of the database in it", Durability::relaxed);
    remember(database_, "home", home);
    remember(database_, "lock", lock);
    transaction.commit();
}

Accepted SqliteStore::accept(const Acceptance& acceptance, Time now)
{
    Transaction transaction(database_, "accept the database");
    Accepted accepted;
    for (const auto& [job, run, created_at] : read_unfinished(database_)) {
        const bool named = acceptance.run && acceptance.run->contains(job);
        const bool is_new = acceptance.made_before && created_at >= *acceptance.made_before && !run;
        const bool unwanted = acceptance.run && !named && !is_new;
        if (unwanted) {
            cancel_job(database_, job, acceptance.reason, now);
            accepted.cancelled.push_back(job);
        }
        if (run && acceptance.close_runs)
            lose(database_, *run, named || unwanted, acceptance.reason,
                 now); // one that is unwanted has no next attempt
    }
    settle_dependants(database_, now);
    leap_beyond(database_, "{run}", static_cast<std::int64_t>(acceptance.beyond_run));
    leap_beyond(database_, "{job}", static_cast<std::int64_t>(acceptance.beyond_job));
    remember(database_, "home", acceptance.home);
    remember(database_, "lock", acceptance.lock);
    database_.query("UPDATE {meta} SET value = lower(hex(randomblob(16))) WHERE key = 'generation'").run();
    accepted.generation = identity().generation;
    transaction.commit();
    return accepted;
}

} // namespace escher::sqlite
