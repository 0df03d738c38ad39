#include "core/due_decision.hpp"

#include "core/duration.hpp"
#include "core/stable_hash.hpp"
#include "core/time_text.hpp"

#include <algorithm>
#include <iterator>

namespace escher {

namespace {

using namespace std::chrono_literals;

/// Ticks are a minute apart, and one may be late by what it takes to hand over the lock.
constexpr Duration on_time = 2min;

/// Decides the due times of one schedule.
class Decision {
public:
    Decision(const ScheduleView& view, const Schedule& schedule, Time now)
        : view_(view), schedule_(schedule), now_(now)
    {
    }

    void decide(const DueWindow& window, ScheduleOutcome& outcome)
    {
        for (const DueTime& due : window.times)
            rows_.push_back({{schedule_.name, due.at, OccurrenceResult::created, due.note, {}, now_}, {}, {}});
        std::vector<std::size_t> wanted;
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (!refuse_by_time(rows_[i]))
                wanted.push_back(i);

        const bool newest_for_all = schedule_.catch_up == CatchUp::latest || schedule_.overlap == Overlap::replace;
        if (newest_for_all && !wanted.empty())
            settle_newest_for_all(wanted);
        else
            settle_each(wanted, window, outcome);

        if (window.sum)
            tell_sum(rows_[window.sum->index].occurrence, *window.sum);
        std::move(rows_.begin(), rows_.end(), std::back_inserter(outcome.step.occurrences));
    }

private:
    void skip(NewOccurrence& row, std::string reason)
    {
        row.occurrence.result = OccurrenceResult::skipped;
        row.occurrence.reason = std::move(reason);
    }

    /// Skips what the pause, the deadline or catch_up = "none" rules out.
    bool refuse_by_time(NewOccurrence& row)
    {
        const Time due = row.occurrence.nominal_at;
        if (const Pause* pause = pause_at(due)) {
            std::string reason = pause->queue.empty() ? "paused: all queues" : "paused: queue '" + pause->queue + "'";
            if (!pause->reason.empty())
                reason += ": " + pause->reason;
            skip(row, std::move(reason));
            return true;
        }
        const Time start = std::max(now_, due + jitter_of(schedule_, view_.host, due));
        if (schedule_.deadline && start - due > *schedule_.deadline) {
            skip(row, "deadline: could start only " + describe_duration(start - due) + " late, " +
                          format_duration(*schedule_.deadline) + " are allowed");
            return true;
        }
        if (schedule_.catch_up == CatchUp::none && now_ - due > on_time) {
            skip(row, "catch-up: missed by " + describe_duration(now_ - due) + ", and catch_up is \"none\"");
            return true;
        }
        return false;
    }

    const Pause* pause_at(Time due)
    {
        if (view_.pauses.empty())
            return nullptr;
        const std::string& queue = this->queue();
        const auto covers = [&](const Pause& pause) {
            return (pause.queue.empty() || pause.queue == queue) && pause.since <= due &&
                   (!pause.until || due < *pause.until);
        };
        const auto found = std::find_if(view_.pauses.begin(), view_.pauses.end(), covers);
        return found == view_.pauses.end() ? nullptr : &*found;
    }

    void settle_newest_for_all(const std::vector<std::size_t>& wanted)
    {
        NewOccurrence& newest = rows_[wanted.back()];
        const bool created = create(newest);
        const std::string reason =
            created ? "into the job of " + format_rfc3339(newest.occurrence.nominal_at, *schedule_.zone)
                    : newest.occurrence.reason;
        for (std::size_t i = 0; i + 1 < wanted.size(); ++i) {
            Occurrence& older = rows_[wanted[i]].occurrence;
            older.result = created ? OccurrenceResult::coalesced : OccurrenceResult::skipped;
            older.reason = reason;
        }
    }

    void settle_each(const std::vector<std::size_t>& wanted, const DueWindow& window, ScheduleOutcome& outcome)
    {
        std::size_t settled = 0;
        for (const std::size_t i : wanted) {
            const bool is_sum = window.sum && window.sum->index == i;
            if (settled < most_caught_up && !is_sum) {
                ++settled;
                create(rows_[i]);
            } else {
                skip(rows_[i], "catch-up: more than " + std::to_string(most_caught_up) + " were missed");
            }
        }
        if (settled < wanted.size())
            outcome.warnings.push_back("schedule '" + schedule_.name + "': more than " +
                                       std::to_string(most_caught_up) + " due times were missed; the oldest " +
                                       std::to_string(most_caught_up) + " are made up for, the rest are skipped");
    }

    void tell_sum(Occurrence& row, const DueWindow::Sum& sum) const
    {
        row.reason += (row.reason.empty() ? "" : "; ") + std::string("stands for ") +
                      (sum.at_least ? "at least " : "") + std::to_string(sum.count) + " due times from " +
                      format_rfc3339(sum.first, *schedule_.zone) + " on";
    }

    /// Creates the job unless an unfinished one of the same schedule is in its way; then the row says so.
    bool create(NewOccurrence& row)
    {
        if (!unfinished_)
            unfinished_ = view_.unfinished(schedule_.name);
        const std::size_t busy = unfinished_->size() + created_;
        std::vector<Dependency> after;
        if (busy > 0 && schedule_.overlap == Overlap::skip) {
            skip(row, "overlap: " + busy_text() + " is unfinished");
            return false;
        }
        if (busy > 0 && schedule_.overlap == Overlap::queue) {
            // A job of this very step has no id yet that another one could wait for.
            if (busy > 1 || created_ > 0) {
                skip(row, "overlap: " + busy_text() + " is unfinished, and no more than one may wait behind it");
                return false;
            }
            after.push_back({unfinished_->front(), true});
        }
        if (schedule_.overlap == Overlap::replace)
            row.replaces = *unfinished_;
        const Time nominal = row.occurrence.nominal_at;
        NewJob job;
        job.work = schedule_.call;
        job.name = schedule_.name;
        job.queue = queue();
        job.priority = view_.priority_of ? view_.priority_of(schedule_) : 0;
        job.run_at = nominal + jitter_of(schedule_, view_.host, nominal);
        job.created_by = view_.created_by;
        job.after = std::move(after);
        job.schedule = schedule_.name;
        job.nominal_at = nominal;
        row.creates = std::move(job);
        ++created_;
        return true;
    }

    [[nodiscard]] std::string busy_text() const
    {
        if (unfinished_->empty())
            return "the job of an earlier due time";
        return "job " + std::to_string(static_cast<std::int64_t>(unfinished_->front()));
    }

    const std::string& queue()
    {
        if (!queue_)
            queue_ = view_.queue_of(schedule_);
        return *queue_;
    }

    const ScheduleView& view_;
    const Schedule& schedule_;
    Time now_;
    std::vector<NewOccurrence> rows_;
    std::optional<std::string> queue_;
    std::optional<std::vector<JobId>> unfinished_;
    std::size_t created_ = 0;
};

} // namespace

void decide(const ScheduleView& view, const Schedule& schedule, const DueWindow& window, Time now,
            ScheduleOutcome& outcome)
{
    Decision(view, schedule, now).decide(window, outcome);
}

Duration jitter_of(const Schedule& schedule, const std::string& host, Time nominal)
{
    if (schedule.jitter <= 0ms)
        return 0ms;
    const std::string at = std::to_string(nominal.time_since_epoch().count());
    const std::uint64_t hash = stable_hash({host, schedule.name, at});
    return Duration(pick_below(hash, static_cast<std::uint64_t>(schedule.jitter.count()) + 1));
}

} // namespace escher
