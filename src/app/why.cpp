#include "app/why.hpp"

#include "app/history.hpp"
#include "app/unsupervised.hpp"
#include "core/row_rules.hpp"
#include "core/selection.hpp"
#include "core/task_call.hpp"
#include "core/time_text.hpp"
#include "os/host.hpp"
#include "tick/claim_request.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace escher {

namespace {

// A position beyond this one is of no use to anybody, and counting would read the whole queue.
constexpr int most_ranked = 1000;

/// "14:05" today, else "2030-01-31 14:05".
std::string clock_text(Time time, Time now, const Zone& zone)
{
    const std::string full = format_local(time, zone);
    const bool today = full.substr(0, 10) == format_local(now, zone).substr(0, 10);
    return today ? full.substr(11, 5) : full.substr(0, 16);
}

std::optional<std::string> rejection(const Policies& policies, const Job& job)
{
    try {
        (void)resolve(policies, job.work);
        check_queue(policies, job.work, job.queue);
        return std::nullopt;
    } catch (const RejectedJob& rejected) {
        return rejected.what();
    }
}

/// Waits for nothing but a slot: the next claim promotes what has come due before it selects.
bool could_start(const Job& job, Time now)
{
    if (!job.waits_for.empty())
        return false;
    return job.state == JobState::available ||
           ((job.state == JobState::scheduled || job.state == JobState::retryable) && job.run_at <= now);
}

Lane lane_of(const std::string& queue, std::vector<Candidate> candidates)
{
    Lane lane;
    lane.queue = queue;
    lane.next = [rest = std::move(candidates), at = std::size_t{0}]() mutable -> std::optional<Candidate> {
        return at < rest.size() ? std::optional(rest[at++]) : std::nullopt;
    };
    return lane;
}

} // namespace

std::map<JobId, int> positions(std::span<const Job> jobs, const SelectionLimits& limits, const Occupancy& taken,
                               Time now)
{
    std::map<std::string, std::vector<Candidate>> queues;
    for (const Job& job : jobs)
        if (could_start(job, now)) {
            const std::string queue = job.queue.value_or("default");
            queues[queue].push_back({job.id, queue, job.priority.value_or(0), job.run_at, job.concurrency_key});
        }
    // With aging a lane may hold one priority only; ordered by priority, a queue falls apart into such lanes.
    std::vector<Lane> lanes;
    for (auto& [queue, candidates] : queues) {
        std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
            return std::tie(a.priority, a.run_at, a.id) < std::tie(b.priority, b.run_at, b.id);
        });
        for (std::size_t begin = 0; begin < candidates.size();) {
            std::size_t end = begin;
            while (end < candidates.size() &&
                   (!limits.aging || candidates[end].priority == candidates[begin].priority))
                ++end;
            lanes.push_back(lane_of(queue, {candidates.begin() + static_cast<std::ptrdiff_t>(begin),
                                            candidates.begin() + static_cast<std::ptrdiff_t>(end)}));
            begin = end;
        }
    }
    // How many slots there are decides when a job starts, not after which others.
    SelectionLimits roomy = limits;
    roomy.concurrency = std::numeric_limits<int>::max();
    for (auto& [name, queue] : roomy.queues)
        queue.concurrency.reset();
    std::map<JobId, int> result;
    for (const Candidate& candidate : select(std::move(lanes), static_cast<int>(jobs.size()), roomy, taken, now))
        result.emplace(candidate.id, static_cast<int>(result.size()) + 1);
    return result;
}

Why::Why(Session& session, Store& store, Time now)
    : session_(session), store_(store), now_(now), request_(claim_request(session.config(), {})),
      held_(why_held(session.config(), store, session.private_view()))
{
    circumstances_.clock = [now, zone = session.zone()](Time time) { return clock_text(time, now, zone); };
    circumstances_.rejection = [&config = session.config()](const Job& job) {
        return rejection(config.policies, job);
    };
    circumstances_.elsewhere = [this](const Job& job) {
        const auto runs = store_.runs(job.id);
        return !runs.empty() && !runs.back().outcome && session_.private_view().is_elsewhere(runs.back());
    };
}

void Why::gather()
{
    if (std::exchange(gathered_, true))
        return;
    const RunConfig& run = session_.config().run;
    circumstances_.limits = session_.limits();
    circumstances_.taken = store_.occupancy(circumstances_.limits, now_);
    const Summary summary = store_.summary();
    circumstances_.last_tick = summary.last_tick;
    promotions_ = summary.next_due && *summary.next_due <= now_;
    circumstances_.tick_lives = session_.private_view().lock_holder().has_value();
    circumstances_.max_load = run.max_load;
    if (run.max_load)
        circumstances_.load = os::known_load();
}

void Why::rank()
{
    if (positions_)
        return;
    positions_.emplace();
    std::vector<Job> jobs;
    for (const JobState state : {JobState::available, JobState::scheduled, JobState::retryable}) {
        if (state != JobState::available && !promotions_)
            continue;
        JobFilter waiting;
        waiting.state = state;
        waiting.limit = most_ranked + 1;
        std::vector<Job> found = store_.list(waiting);
        if (found.size() > most_ranked)
            return;
        for (Job& job : found)
            jobs.push_back(taken_in(request_, std::move(job)));
    }
    positions_ = positions(jobs, circumstances_.limits, circumstances_.taken, now_);
}

std::string Why::reason_of(const Job& job)
{
    if (!job.queue || !job.priority)
        return reason_of(taken_in(request_, job));
    circumstances_.position.reset();
    circumstances_.usual_duration.reset();
    circumstances_.unsupervised.reset();
    if (job.state == JobState::running && job.run)
        for (const Run& run : store_.runs(job.id))
            if (run.id == *job.run)
                circumstances_.unsupervised = why_unsupervised(run, session_.private_view().mark_lives);
    const bool ended_or_running = is_finished(job.state) || job.state == JobState::running;
    if (held_ && !ended_or_running)
        return *held_;
    if (!ended_or_running && (job.state == JobState::available || job.run_at <= now_))
        gather();
    if (could_start(job, now_)) {
        rank();
        if (const auto found = positions_->find(job.id); found != positions_->end()) {
            circumstances_.position = found->second;
            circumstances_.usual_duration = store_.usual_duration(job);
        }
    }
    return escher::reason_of(job, circumstances_, now_);
}

} // namespace escher
