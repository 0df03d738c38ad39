#include "sqlite/lanes.hpp"

#include "sqlite/dependants.hpp"
#include "sqlite/intake.hpp"
#include "sqlite/job_row.hpp"

#include <escher/error.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <tuple>

namespace escher::sqlite {

namespace {

constexpr int first_page = 8;
constexpr int largest_page = 512;

struct LaneKey {
    std::string queue;
    std::optional<std::int64_t> priority;

    auto operator<=>(const LaneKey&) const = default;
};

/// The queues, or the queues and priorities, that have jobs which may run: a skip-scan, one seek per lane.
std::vector<LaneKey> lane_keys(Database& database, bool by_priority)
{
    std::vector<LaneKey> keys;
    std::string queue;
    std::optional<std::int64_t> priority;
    for (;;) {
        Query query = by_priority && priority ? database.query(R"SQL(
                                SELECT queue, priority FROM {job} INDEXED BY {job}_claim
                                WHERE state = 'available' AND blocked = 0 AND (queue, priority) > (?, ?)
                                    AND typeof(priority) = 'integer'
                                ORDER BY queue, priority LIMIT 1
                            )SQL")
                                              : database.query(R"SQL(
                                SELECT queue, priority FROM {job} INDEXED BY {job}_claim
                                WHERE state = 'available' AND blocked = 0 AND queue > ?
                                    AND typeof(priority) = 'integer'
                                ORDER BY queue, priority LIMIT 1
                            )SQL");
        query.bind(queue);
        if (by_priority && priority)
            query.bind(*priority);
        // Blobs sort after every text; they are intake's.
        if (!query.step() || query.type(0) != ValueType::text)
            return keys;
        queue = query.text(0);
        if (!by_priority) {
            keys.push_back({queue, std::nullopt});
        } else {
            priority = query.integer(1);
            if (*priority >= -JobLimits::priority && *priority <= JobLimits::priority)
                keys.push_back({queue, priority});
        }
    }
}

} // namespace

struct LaneReader::Position {
    LaneKey key;
    std::deque<Job> page;
    std::int64_t priority = 0;
    std::int64_t run_at = 0;
    std::int64_t id = 0;
    int page_size = 0; // of the last page; 0: none has been read
    bool at_end = false;
};

void LaneReader::include_pending(Time now)
{
    const auto freed = judge_dependants(database_).freed;
    const auto add = [&](Query& query) {
        // What is left to others does not count, however much there is.
        int rows = 0;
        while (rows < most_rows_at_once && query.step()) {
            ++rows;
            if (is_blocked(query) && !freed.contains(JobId(query.integer(0))))
                continue;
            auto job = taken_in(request_, decode_job(query));
            if (job.run_at > now && job.state != JobState::available)
                continue;
            if (!takes(request_, job.work, *job.queue)) {
                --rows;
                continue;
            }
            pending_.push_back(std::move(job));
        }
        pending_cut_ = pending_cut_ || rows == most_rows_at_once;
    };
    {
        Query due = database_.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_due
            WHERE state IN ('scheduled', 'retryable') AND run_at <= ? ORDER BY run_at)SQL");
        due.bind(now);
        add(due);
    }
    {
        Query intake = database_.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_intake
            )SQL" ESCHER_INTAKE " ORDER BY id");
        add(intake);
    }
    for (const auto id : freed) {
        Query query =
            database_.query("SELECT " ESCHER_JOB_COLUMNS " FROM {job} WHERE id = ? AND state = 'available'");
        query.bind(id);
        add(query);
    }
    std::sort(pending_.begin(), pending_.end(), [](const Job& a, const Job& b) {
        return std::tie(*a.queue, *a.priority, a.run_at, a.id) < std::tie(*b.queue, *b.priority, b.run_at, b.id);
    });
    // A row may be pending for more than one cause.
    pending_.erase(
        std::unique(pending_.begin(), pending_.end(), [](const Job& a, const Job& b) { return a.id == b.id; }),
        pending_.end());
}

std::vector<Lane> LaneReader::lanes()
{
    std::vector<Lane> lanes;
    for (const auto& key : lane_keys(database_, by_priority_)) {
        if (request_.serves && !request_.serves->contains(key.queue))
            continue;
        auto position = std::make_shared<Position>();
        position->key = key;
        lanes.push_back({key.queue,
                         [this, position]() -> std::optional<Candidate> {
                             for (;;) {
                                 // A page may hold nothing but what is passed over.
                                 while (position->page.empty() && !position->at_end)
                                     read_page(*position);
                                 if (position->page.empty())
                                     return std::nullopt;
                                 auto job = std::move(position->page.front());
                                 position->page.pop_front();
                                 if (auto candidate = offer(std::move(job)))
                                     return candidate;
                             }
                         },
                         [this, key] { return last_start(key.queue); }});
    }
    // Pending jobs form lanes of their own, one for each priority, since only lanes by priority may share a queue.
    for (std::size_t begin = 0; begin < pending_.size();) {
        auto end = begin;
        while (end < pending_.size() && pending_[end].queue == pending_[begin].queue &&
               pending_[end].priority == pending_[begin].priority)
            ++end;
        lanes.push_back({*pending_[begin].queue,
                         [this, begin, end]() mutable -> std::optional<Candidate> {
                             while (begin < end)
                                 if (auto candidate = offer(pending_[begin++]))
                                     return candidate;
                             return std::nullopt;
                         },
                         [this, queue = *pending_[begin].queue] { return last_start(queue); }});
        begin = end;
    }
    return lanes;
}

std::optional<Candidate> LaneReader::offer(Job job)
{
    const auto* unrunnable = std::get_if<Unrunnable>(&job.work);
    auto why = unrunnable != nullptr ? unrunnable->why : input_problem(database_, job.id);
    if (!why.empty()) {
        misfits_.push_back({job.id, std::move(why)});
        return std::nullopt;
    }
    Candidate candidate{job.id, *job.queue, *job.priority, job.run_at, job.concurrency_key};
    return candidate;
}

std::optional<Time> LaneReader::last_start(const std::string& queue)
{
    Query query = database_.query(R"SQL(
        SELECT claimed_at FROM {run} INDEXED BY {run}_claimed WHERE queue = ? ORDER BY claimed_at DESC LIMIT 1
    )SQL");
    query.bind(queue);
    return query.step() ? bounded_time(query, 0) : std::nullopt;
}

void LaneReader::read_page(Position& position)
{
    if (position.at_end)
        return;
    const bool first = position.page_size == 0;
    // Most claims want few jobs; a lane whose keys are all taken is read far.
    position.page_size = first ? first_page : std::min(position.page_size * 4, largest_page);
    Query query = first ? database_.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_claim
                            WHERE state = 'available' AND blocked = 0 AND queue = ? AND priority >= ?
                            ORDER BY priority, run_at, id LIMIT ?)SQL")
                        : database_.query("SELECT " ESCHER_JOB_COLUMNS R"SQL( FROM {job} INDEXED BY {job}_claim
                            WHERE state = 'available' AND blocked = 0 AND queue = ?
                                AND (priority, run_at, id) > (?, ?, ?)
                            ORDER BY priority, run_at, id LIMIT ?)SQL");
    query.bind(position.key.queue);
    if (first)
        query.bind(position.key.priority.value_or(-JobLimits::priority));
    else
        query.bind(position.priority, position.run_at, position.id);
    query.bind(position.page_size);
    int rows = 0;
    while (query.step()) {
        ++rows;
        // What does not sort among the integers is left to intake, and comes last.
        if (query.type(4) != ValueType::integer || query.type(5) != ValueType::integer) {
            position.at_end = true;
            break;
        }
        position.priority = query.integer(4);
        position.run_at = query.integer(5);
        position.id = query.integer(0);
        if (position.priority > position.key.priority.value_or(JobLimits::priority)) {
            position.at_end = true;
            break;
        }
        if (const auto key = key_of(query);
            !key.empty() && key_obstacle(position.key.queue, key, request_.limits, taken_))
            continue;
        auto job = decode_job(query);
        if (!job.priority || !job.queue || !takes(request_, job.work, *job.queue))
            continue;
        position.page.push_back(std::move(job));
    }
    if (rows < position.page_size)
        position.at_end = true;
}

Job LaneReader::take(JobId job)
{
    Query query = database_.query("SELECT " ESCHER_JOB_COLUMNS " FROM {job} WHERE id = ?");
    if (!query.bind(job).step())
        throw Error(ErrorKind::internal, "the database '" + database_.name() + "' lost a job within a transaction");
    return decode_job(query);
}

std::string input_problem(Database& database, JobId job)
{
    if (input_size(database, job) <= JobLimits::input)
        return {};
    return "stdin is longer than " + std::to_string(JobLimits::input) + " bytes: pass the name of a file";
}

} // namespace escher::sqlite
