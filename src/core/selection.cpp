#include "core/selection.hpp"

#include "core/duration.hpp"
#include "core/id_text.hpp"

#include <algorithm>
#include <tuple>

namespace escher {

namespace {

const QueueLimits& limits_of(const std::string& queue, const SelectionLimits& limits)
{
    static const QueueLimits none;
    const auto found = limits.queues.find(queue);
    return found == limits.queues.end() ? none : found->second;
}

int running_in(const std::string& queue, const Occupancy& taken)
{
    const auto found = taken.by_queue.find(queue);
    return found == taken.by_queue.end() ? 0 : found->second;
}

std::string describe_pause(const Pause& pause, Time now)
{
    std::string text = pause.queue.empty() ? "all queues are paused" : "queue '" + pause.queue + "' is paused";
    if (!pause.by.empty())
        text += " by " + pause.by;
    if (pause.until)
        text += " for another " + describe_duration(*pause.until - now);
    if (!pause.reason.empty())
        text += ": " + pause.reason;
    return text;
}

std::optional<std::string> rate_obstacle(const std::string& queue, const Rate& rate, const Occupancy& taken, Time now)
{
    const auto found = taken.starts.find(queue);
    if (found == taken.starts.end())
        return std::nullopt;
    const auto& starts = found->second;
    const auto first_inside = std::upper_bound(starts.begin(), starts.end(), now - rate.per);
    const auto inside = static_cast<std::size_t>(starts.end() - first_inside);
    const auto allowed = static_cast<std::size_t>(std::max(rate.count, 0));
    if (inside < allowed)
        return std::nullopt;
    std::string text =
        "queue '" + queue + "' is at its rate of " + std::to_string(rate.count) + " in " + format_duration(rate.per);
    if (allowed > 0) {
        // The window has room again when the start that stands `allowed` before the end has left it.
        const Time free_at = *(starts.end() - static_cast<std::ptrdiff_t>(allowed)) + rate.per;
        text += ", the next start is possible in " + describe_duration(free_at - now);
    }
    return text;
}

/// A lane with its next candidate in hand.
struct Head {
    Lane lane;
    Candidate job;
    std::optional<Time> starved_since;
};

class Selection {
public:
    Selection(const SelectionLimits& limits, Occupancy taken, Time now)
        : limits_(limits), taken_(std::move(taken)), now_(now)
    {
    }

    std::vector<Candidate> run(std::vector<Lane> lanes, int slots)
    {
        for (auto& lane : lanes)
            if (auto head = Head{std::move(lane), {}, {}}; draw(head))
                heads_.push_back(std::move(head));
        std::vector<Candidate> chosen;
        while (static_cast<int>(chosen.size()) < slots && !heads_.empty() && !slot_obstacle(limits_, taken_)) {
            const auto best = std::min_element(heads_.begin(), heads_.end(),
                                               [this](const Head& a, const Head& b) { return before(a, b); });
            chosen.push_back(best->job);
            take(best->job);
            // What was taken may have closed the queue of other lanes as well, or the key of their heads.
            const std::string queue = best->job.queue;
            std::erase_if(heads_, [&](Head& head) {
                return head.job.queue == queue && !(&head == &*best ? draw(head) : still_open(head));
            });
        }
        return chosen;
    }

private:
    /// Moves the lane on to its next candidate that may start; false: there is none.
    bool draw(Head& head)
    {
        if (queue_obstacle(head.lane.queue, limits_, taken_, now_))
            return false;
        while (auto candidate = head.lane.next()) {
            if (key_obstacle(candidate->queue, candidate->concurrency_key, limits_, taken_))
                continue;
            head.job = std::move(*candidate);
            head.starved_since = starved_since(head);
            return true;
        }
        return false;
    }

    bool still_open(Head& head)
    {
        if (queue_obstacle(head.lane.queue, limits_, taken_, now_))
            return false;
        head.starved_since.reset();
        return !key_obstacle(head.job.queue, head.job.concurrency_key, limits_, taken_) || draw(head);
    }

    [[nodiscard]] std::optional<Time> starved_since(const Head& head) const
    {
        // With aging no queue starves: waiting itself moves a job forward.
        if (limits_.aging || served_.contains(head.job.queue) || now_ - head.job.run_at < starvation_after ||
            !head.lane.last_start)
            return std::nullopt;
        const Time since = std::max(head.job.run_at, head.lane.last_start().value_or(Time::min()));
        return now_ - since < starvation_after ? std::nullopt : std::optional(since);
    }

    [[nodiscard]] std::int64_t effective_priority(const Candidate& job) const
    {
        if (!limits_.aging || limits_.aging->count() <= 0 || now_ <= job.run_at)
            return job.priority;
        return job.priority - (now_ - job.run_at) / *limits_.aging;
    }

    [[nodiscard]] bool before(const Head& a, const Head& b) const
    {
        if (a.starved_since.has_value() != b.starved_since.has_value())
            return a.starved_since.has_value();
        if (a.starved_since && *a.starved_since != *b.starved_since)
            return *a.starved_since < *b.starved_since;
        return rank(a.job) < rank(b.job);
    }

    [[nodiscard]] std::tuple<std::int64_t, int, Time, JobId> rank(const Candidate& job) const
    {
        return {effective_priority(job), running_in(job.queue, taken_), job.run_at, job.id};
    }

    void take(const Candidate& job)
    {
        ++taken_.running;
        ++taken_.by_queue[job.queue];
        if (!job.concurrency_key.empty())
            taken_.by_key[{job.queue, job.concurrency_key}].push_back(job.id);
        if (limits_of(job.queue, limits_).rate)
            taken_.starts[job.queue].push_back(now_);
        served_.insert(job.queue);
    }

    const SelectionLimits& limits_;
    Occupancy taken_;
    Time now_;
    std::vector<Head> heads_;
    std::set<std::string> served_; ///< queues that got something here: they do not starve any more
};

} // namespace

Job taken_in(const ClaimRequest& request, Job job)
{
    const auto* call = std::get_if<TaskCall>(&job.work);
    const auto named = call != nullptr ? request.tasks.find(call->task) : request.tasks.end();
    const Intake& intake = named != request.tasks.end() ? named->second : request.commands;
    job.queue = job.queue.value_or(intake.queue);
    job.priority = job.priority.value_or(intake.priority);
    return job;
}

bool takes(const ClaimRequest& request, const Work& work, const std::string& queue)
{
    if (request.serves && !request.serves->contains(queue))
        return false;
    if (std::holds_alternative<Command>(work))
        return request.runs_commands;
    const auto* call = std::get_if<TaskCall>(&work);
    return call == nullptr || !request.known_tasks || request.known_tasks->contains(call->task);
}

std::vector<Candidate> select(std::vector<Lane> lanes, int slots, const SelectionLimits& limits, Occupancy taken,
                              Time now)
{
    return Selection(limits, std::move(taken), now).run(std::move(lanes), slots);
}

std::optional<std::string> queue_obstacle(const std::string& queue, const SelectionLimits& limits,
                                          const Occupancy& taken, Time now)
{
    for (const auto& pause : taken.pauses)
        if ((pause.queue.empty() || pause.queue == queue) && (!pause.until || *pause.until > now))
            return describe_pause(pause, now);
    const QueueLimits& own = limits_of(queue, limits);
    if (own.concurrency) {
        const int running = running_in(queue, taken);
        if (running >= *own.concurrency)
            return "queue '" + queue + "' is at its limit (" + std::to_string(running) + "/" +
                   std::to_string(*own.concurrency) + ")";
    }
    return own.rate ? rate_obstacle(queue, *own.rate, taken, now) : std::nullopt;
}

std::optional<std::string> key_obstacle(const std::string& queue, const std::string& key,
                                        const SelectionLimits& limits, const Occupancy& taken)
{
    if (key.empty())
        return std::nullopt;
    const auto found = taken.by_key.find({queue, key});
    const auto named = limits.queues.find(queue);
    const int allowed = named == limits.queues.end() ? limits.default_per_key : named->second.per_key;
    if (found == taken.by_key.end() || static_cast<int>(found->second.size()) < std::max(allowed, 1))
        return std::nullopt;
    std::string text = "key '" + key + "' is busy with job";
    for (const JobId id : found->second)
        text += (id == found->second.front() ? " " : ", ") + to_text(id);
    return text;
}

std::optional<std::string> slot_obstacle(const SelectionLimits& limits, const Occupancy& taken)
{
    if (taken.running < limits.concurrency)
        return std::nullopt;
    return "all slots are taken (" + std::to_string(taken.running) + "/" + std::to_string(limits.concurrency) + ")";
}

} // namespace escher
