#include "tick/fake_store.hpp"

#include <algorithm>
#include <tuple>

namespace escher::test {

namespace {

std::optional<Duration> age_limit(const Retention& retention, JobState state)
{
    if (state == JobState::completed)
        return retention.completed;
    return state == JobState::cancelled ? retention.cancelled : retention.failed;
}

} // namespace

std::map<std::string, std::vector<JobId>> FakeStore::unfinished_of(std::span<const std::string> schedules)
{
    std::map<std::string, std::vector<JobId>> unfinished;
    for (const auto& schedule : schedules) {
        unfinished[schedule];
        for (const auto& [id, job] : jobs)
            if (job.schedule == schedule && !is_finished(job.state))
                unfinished[schedule].push_back(id);
    }
    return unfinished;
}

std::optional<std::vector<Occurrence>> FakeStore::record_schedules(const ScheduleStep& step, Time now)
{
    if (before_recording)
        std::exchange(before_recording, nullptr)();
    if (memory.evaluated_until != step.evaluated_from)
        return std::nullopt;
    std::vector<Occurrence> recorded;
    for (const auto& mark : step.marks)
        memory.marks[mark.name] = mark;
    for (const auto& each : step.occurrences) {
        auto occurrence = each.occurrence;
        auto& known = occurrences_[occurrence.schedule];
        if (known.contains(occurrence.nominal_at))
            continue;
        for (const auto job : each.replaces)
            cancel_one(job, "replaced by the next job of schedule " + occurrence.schedule, now);
        if (each.creates)
            occurrence.job = insert(*each.creates, "the job of schedule " + occurrence.schedule, now).id;
        known[occurrence.nominal_at] = occurrence;
        recorded.push_back(std::move(occurrence));
    }
    for (const auto& each : recorded)
        std::erase_if(occurrences_[each.schedule],
                      [&](const auto& one) { return one.first < now - std::chrono::hours(24 * 90); });
    memory.evaluated_until = step.evaluated_until;
    settle_dependants(now);
    return recorded;
}

std::vector<Occurrence> FakeStore::occurrences(const std::string& schedule, int limit)
{
    std::vector<Occurrence> newest;
    const auto& known = occurrences_[schedule];
    for (auto at = known.rbegin(); at != known.rend() && static_cast<int>(newest.size()) < limit; ++at)
        newest.push_back(at->second);
    return newest;
}

std::vector<Expired> FakeStore::expired(const Retention& retention, bool by_count, Time now, int limit)
{
    if (!to_expire.empty())
        return to_expire;
    std::vector<std::pair<Time, JobId>> finished;
    for (const auto& [id, job] : jobs)
        if (is_finished(job.state))
            finished.emplace_back(job.finished_at.value_or(now), id);
    std::sort(finished.begin(), finished.end());
    std::vector<Expired> result;
    auto beyond = static_cast<std::int64_t>(finished.size()) -
                  (by_count ? retention.keep.value_or(static_cast<std::int64_t>(finished.size()))
                            : static_cast<std::int64_t>(finished.size()));
    for (const auto& [at, id] : finished) {
        const auto age = age_limit(retention, jobs.at(id).state);
        const bool too_many = beyond-- > 0;
        if (at > now - retention.at_least || (!too_many && !(age && at <= now - *age)) ||
            static_cast<int>(result.size()) == limit)
            continue;
        Expired one{id, {}};
        for (const auto& run : runs(id))
            one.runs.push_back(run.id);
        result.push_back(std::move(one));
    }
    return result;
}

void FakeStore::erase(std::span<const JobId> ids)
{
    for (const JobId id : ids) {
        const auto found = jobs.find(id);
        if (found == jobs.end() || !is_finished(found->second.state))
            continue;
        jobs.erase(found);
        std::erase_if(all_runs, [&](const auto& each) { return each.second.job == id; });
        messages_.erase(id);
        notes_.erase(id);
    }
    to_expire.clear();
}

std::int64_t FakeStore::begin_tick(const TickRecord& tick)
{
    auto begun = tick;
    begun.id = next_tick_++;
    all_ticks_[begun.id] = begun;
    return begun.id;
}

void FakeStore::end_tick(const TickRecord& tick)
{
    all_ticks_[tick.id] = tick;
    ticks.push_back(tick);
}

std::optional<Job> FakeStore::find(JobId job)
{
    const auto found = jobs.find(job);
    return found == jobs.end() ? std::nullopt : std::optional(found->second);
}

std::optional<JobId> FakeStore::find_token(const std::string& token)
{
    for (const auto& [id, job] : jobs)
        if (!token.empty() && job.token == token)
            return id;
    return std::nullopt;
}

std::vector<Job> FakeStore::list(const JobFilter& filter)
{
    std::vector<Job> found;
    for (const auto& [id, job] : jobs) {
        const bool recent = filter.finished_since && job.finished_at >= filter.finished_since;
        if (filter.unfinished_or_recent && !filter.state && is_finished(job.state) && !recent)
            continue;
        if ((filter.state && job.state != *filter.state) || (filter.queue && job.queue != filter.queue) ||
            (filter.schedule && job.schedule != *filter.schedule))
            continue;
        found.push_back(job);
    }
    const auto most = static_cast<std::size_t>(std::max(filter.limit, 0));
    if (found.size() > most)
        found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(most));
    return found;
}

std::vector<Run> FakeStore::runs(JobId job)
{
    std::vector<Run> found;
    for (const auto& [id, run] : all_runs)
        if (run.job == job)
            found.push_back(run);
    return found;
}

std::vector<Note> FakeStore::notes(JobId job)
{
    std::vector<Note> found;
    for (const auto& [key, note] : notes_[job])
        found.push_back(note);
    return found;
}

Summary FakeStore::summary()
{
    Summary summary;
    for (const auto& [id, job] : jobs) {
        ++summary.jobs[job.state];
        if (job.state == JobState::available && job.waits_for.empty())
            summary.oldest_available = std::min(summary.oldest_available.value_or(Time::max()), job.run_at);
    }
    for (const auto& [id, tick] : all_ticks_) {
        summary.last_tick = tick;
        if (tick.ended_at && tick.error.empty())
            summary.last_success = tick;
    }
    int counted = 0;
    for (auto tick = all_ticks_.rbegin(); tick != all_ticks_.rend() && counted < Summary::ticks_counted; ++tick) {
        const TickRecord& record = tick->second;
        ++counted;
        ++(!record.ended_at       ? summary.recent_ticks.unfinished
           : record.error.empty() ? summary.recent_ticks.succeeded
                                  : summary.recent_ticks.failed);
    }
    summary.next_due = next_due();
    return summary;
}

Occupancy FakeStore::occupancy(const SelectionLimits& limits, Time now)
{
    Occupancy taken;
    for (const auto& [id, job] : jobs) {
        if (job.state != JobState::running ||
            std::find(limits.outer_runs.begin(), limits.outer_runs.end(), *job.run) != limits.outer_runs.end())
            continue;
        ++taken.running;
        ++taken.by_queue[*job.queue];
        if (!job.concurrency_key.empty())
            taken.by_key[{*job.queue, job.concurrency_key}].push_back(id);
    }
    for (const auto& [name, queue] : limits.queues)
        for (const auto& [id, run] : all_runs)
            if (const auto job = jobs.find(run.job); queue.rate && job != jobs.end() && job->second.queue == name &&
                                                     run.claimed_at > now - queue.rate->per)
                taken.starts[name].push_back(run.claimed_at);
    for (auto& [name, starts] : taken.starts)
        std::sort(starts.begin(), starts.end());
    for (const auto& [queue, pause] : pauses_)
        if (pause.until.value_or(Time::max()) > now)
            taken.pauses.push_back(pause);
    return taken;
}

std::optional<Duration> FakeStore::usual_duration(const Job& job)
{
    const auto* call = std::get_if<TaskCall>(&job.work);
    std::vector<std::pair<Time, Duration>> durations;
    for (const auto& [id, run] : all_runs) {
        const auto& other = jobs.at(run.job);
        const auto* its = std::get_if<TaskCall>(&other.work);
        const bool alike =
            call != nullptr ? its != nullptr && its->task == call->task : its == nullptr && other.name == job.name;
        if (alike && run.outcome && succeeded(*run.outcome) && run.started_at)
            durations.emplace_back(*run.ended_at, *run.ended_at - *run.started_at);
    }
    std::sort(durations.rbegin(), durations.rend());
    durations.resize(std::min<std::size_t>(durations.size(), 10));
    if (durations.empty())
        return std::nullopt;
    Duration sum{};
    for (const auto& [at, duration] : durations)
        sum += duration;
    return sum / static_cast<int>(durations.size());
}

} // namespace escher::test
