#include "core/schedule_step.hpp"

#include "core/due_decision.hpp"
#include "core/time_text.hpp"

#include <algorithm>

namespace escher {

namespace {

constexpr Time earliest_credible = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
constexpr Duration years = std::chrono::days(366);
constexpr Duration worth_a_warning = std::chrono::days(1);

/// Calls `piece` with the parts that make up the definition, one after another.
template<class Piece>
void for_each_piece(const Schedule& schedule, Piece piece)
{
    if (!schedule.enabled) {
        piece("disabled");
        return;
    }
    piece(schedule.text);
    piece("\n");
    piece(schedule.zone_name);
    piece("\n");
    piece(schedule.call.task);
    for (const auto& [key, value] : schedule.call.params) {
        piece("\n");
        piece(key);
        piece("=");
        piece(value);
    }
}

/// Compares without writing the definition anew: this is done for each schedule in each tick.
bool is_defined_by(const Schedule& schedule, std::string_view definition)
{
    bool same = true;
    for_each_piece(schedule, [&](std::string_view piece) {
        same = same && definition.starts_with(piece);
        if (same)
            definition.remove_prefix(piece.size());
    });
    return same && definition.empty();
}

/// Finds marks in the order of the names without a search for each.
class MarkCursor {
public:
    explicit MarkCursor(const std::map<std::string, ScheduleMark>& marks) : marks_(marks), next_(marks.begin()) {}

    const ScheduleMark* find(const std::string& name)
    {
        while (next_ != marks_.end() && next_->first < name)
            ++next_;
        if (next_ == marks_.end() || next_->first != name)
            next_ = marks_.lower_bound(name); // out of order, or simply not there
        return next_ != marks_.end() && next_->first == name ? &next_->second : nullptr;
    }

private:
    const std::map<std::string, ScheduleMark>& marks_;
    std::map<std::string, ScheduleMark>::const_iterator next_;
};

/// Tells whether the clocks of a zone have changed of late; the zones of neighbouring schedules are mostly the same.
class ChangeWatch {
public:
    bool changed(const Zone& zone, Time after, Time until)
    {
        if (&zone != zone_ || after != after_) {
            zone_ = &zone;
            after_ = after;
            const auto transition = zone.next_transition(after - longest_change);
            changed_ = transition && transition->at <= until;
        }
        return changed_;
    }

private:
    const Zone* zone_ = nullptr;
    Time after_{};
    bool changed_ = false;
};

std::optional<std::string> why_held(const ScheduleMemory& memory, Time now)
{
    const Zone utc = Zone::utc();
    const bool before_all = now < earliest_credible;
    if (!before_all && !(memory.evaluated_until && *memory.evaluated_until - now > years))
        return std::nullopt;
    return "the clock reads " + format_rfc3339(now, utc) +
           (before_all ? ", which cannot be"
                       : ", but schedules were evaluated until " + format_rfc3339(*memory.evaluated_until, utc)) +
           ": all schedules are held until it is set";
}

} // namespace

std::string definition_of(const Schedule& schedule)
{
    std::string definition;
    for_each_piece(schedule, [&](std::string_view piece) { definition += piece; });
    return definition;
}

ScheduleOutcome due_occurrences(const ScheduleView& view, Time now)
{
    ScheduleOutcome outcome;
    const auto& decided_until = view.memory.evaluated_until;
    outcome.step.evaluated_from = decided_until;
    if (auto why = why_held(view.memory, now)) {
        outcome.step.evaluated_until = decided_until.value_or(now);
        outcome.warnings.push_back(*std::move(why));
        return outcome;
    }
    outcome.step.evaluated_until = std::max(now, decided_until.value_or(now));
    if (outcome.step.evaluated_until - now > worth_a_warning)
        outcome.warnings.push_back("the clock reads " + format_rfc3339(now, Zone::utc()) +
                                   ": no schedule is due before " + format_rfc3339(*decided_until, Zone::utc()) +
                                   ", as all until then is decided");

    MarkCursor marks(view.memory.marks);
    ChangeWatch watch;
    for (const Schedule& schedule : view.schedules) {
        const bool at_reboot = std::holds_alternative<AtReboot>(schedule.recurrence);
        const ScheduleMark* mark = marks.find(schedule.name);
        if (mark == nullptr || !is_defined_by(schedule, mark->definition)) {
            outcome.step.marks.push_back(
                {schedule.name, definition_of(schedule), now, at_reboot ? view.boot_id : std::string()});
            continue;
        }
        if (!schedule.enabled)
            continue;
        if (at_reboot) {
            if (view.boot_id.empty() || mark->boot_id == view.boot_id)
                continue;
            outcome.step.marks.push_back({schedule.name, mark->definition, mark->since, view.boot_id});
            decide(view, schedule, {{{now, ""}}, {}}, now, outcome);
            continue;
        }
        const Time after = std::max(mark->since, decided_until.value_or(mark->since));
        if (after >= now)
            continue;
        const DueWindow window = due_between(schedule.recurrence, *schedule.zone, after, now, most_caught_up);
        if (!window.times.empty())
            decide(view, schedule, window, now, outcome);
        if (watch.changed(*schedule.zone, after, now))
            for (DroppedTime& dropped : dropped_times(schedule.recurrence, *schedule.zone, after, now))
                outcome.step.occurrences.push_back(
                    {{schedule.name, dropped.at, OccurrenceResult::dropped, std::move(dropped.why), {}, now},
                     {},
                     {}});
    }
    return outcome;
}

std::optional<Time> next_occurrence(const Schedule& schedule, const std::string& host, Time after)
{
    if (!schedule.enabled)
        return std::nullopt;
    const auto due = next_due(schedule.recurrence, *schedule.zone, after);
    if (!due)
        return std::nullopt;
    return due->at + jitter_of(schedule, host, due->at);
}

} // namespace escher
