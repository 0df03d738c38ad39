#include "sqlite/dependants.hpp"

#include "core/text.hpp"

#include <vector>

namespace escher::sqlite {

namespace {

const char* ending(JobState state)
{
    switch (state) {
    case JobState::failed:
        return "which failed";
    case JobState::cancelled:
        return "which was cancelled";
    default:
        return "which is invalid";
    }
}

std::vector<JobId> read_ids(Query& query)
{
    std::vector<JobId> ids;
    while (query.step())
        ids.push_back(JobId(query.integer(0)));
    return ids;
}

void judge(Database& database, JobId job, Judgement& judgement)
{
    Query query = database.query(R"SQL(
        SELECT d.needs, d.any_end, n.state FROM {dependency} AS d LEFT JOIN {job} AS n ON n.id = d.needs
        WHERE d.job = ? ORDER BY d.needs
    )SQL");
    query.bind(job);
    bool waits = false;
    while (query.step()) {
        const auto needed = JobId(query.integer(0));
        auto state = from_text<JobState>(query.bytes(2));
        if (judgement.cancelled.contains(needed))
            state = JobState::cancelled;
        if (!state || *state == JobState::completed)
            continue;
        if (!is_finished(*state)) {
            waits = true;
        } else if (query.integer(1) == 0) {
            judgement.cancelled.emplace(job, "needs job " + std::to_string(static_cast<std::int64_t>(needed)) + ", " +
                                                 ending(*state));
            return;
        }
    }
    if (!waits)
        judgement.freed.insert(job);
}

} // namespace

bool dependants_wait(Database& database)
{
    return database.query("SELECT 1 FROM {recheck} LIMIT 1").step();
}

Judgement judge_dependants(Database& database)
{
    Judgement judgement;
    std::set<JobId> list;
    {
        Query query = database.query("SELECT job FROM {recheck}");
        while (query.step())
            list.insert(JobId{query.integer(0)});
    }
    // Only older jobs can be needed, so each job is judged after all that it needs.
    while (!list.empty()) {
        const auto job = *list.begin();
        list.erase(list.begin());
        // Who writes past the check on older jobs makes circles.
        if (judgement.cancelled.contains(job))
            continue;
        {
            Query query = database.query(R"SQL(
                SELECT 1 FROM {job}
                WHERE id = ? AND blocked = 1 AND state IN ('available', 'scheduled', 'retryable')
            )SQL");
            if (!query.bind(job).step())
                continue;
        }
        judge(database, job, judgement);
        if (judgement.cancelled.contains(job)) {
            Query query =
                database.query("SELECT job FROM {dependency} INDEXED BY {dependency}_needs WHERE needs = ?");
            query.bind(job);
            for (const auto dependant : read_ids(query))
                list.insert(dependant);
        }
    }
    return judgement;
}

void settle_dependants(Database& database, Time now)
{
    if (!dependants_wait(database))
        return;
    const auto judgement = judge_dependants(database);
    for (const auto& [job, reason] : judgement.cancelled)
        database.query("UPDATE {job} SET state = 'cancelled', reason = ?, finished_at = ? WHERE id = ?")
            .bind(reason, now, job)
            .run();
    for (const auto job : judgement.freed)
        database.query("UPDATE {job} SET blocked = 0 WHERE id = ?").bind(job).run();
    // Triggers have put the dependants of the cancelled on the list again; those have been judged.
    database.query("DELETE FROM {recheck}").run();
}

} // namespace escher::sqlite
