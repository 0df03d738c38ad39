#include "cli/status_view.hpp"

#include "core/duration.hpp"
#include "core/human_text.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "core/zone.hpp"
#include "terminal/escape.hpp"
#include "terminal/render.hpp"
#include "terminal/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace escher::cli {

namespace {

/// How times and emphasis are written: for people, or for programs.
class Pen {
public:
    Pen(const StatusFacts& facts, const Look& look) : facts_(facts), look_(look) {}

    std::string when(Time time) const
    {
        return look_.terminal
                   ? fmt::format("{} ({})", relative_time(time, facts_.now), format_local(time, *look_.zone))
                   : format_rfc3339(time, Zone::utc());
    }

    std::string since(Time time) const
    {
        if (!look_.terminal)
            return "since " + when(time);
        return fmt::format("for {} (since {})", describe_duration(std::max(facts_.now - time, Duration::zero())),
                           format_local(time, *look_.zone));
    }

    std::string due(Time time) const
    {
        if (!look_.terminal || time > facts_.now)
            return when(time);
        return facts_.live_tick ? "now" : "now (waits for the next tick)";
    }

    void line(std::string_view key, const std::string& value, Style style = Style::plain)
    {
        if (look_.terminal)
            text_ += fmt::format("{:<12} {}\n", key, styled(escape_for_terminal(value), style, look_.color));
        else
            text_ += fmt::format("{}\t{}\n", key, escape_for_terminal(value));
    }

    void append(const std::string& text) { text_ += text; }
    const std::string& text() const { return text_; }

private:
    const StatusFacts& facts_;
    const Look& look_;
    std::string text_;
};

std::string counts(const TickRecord& tick)
{
    std::string text = fmt::format("{} started, {} completed, {} failed", tick.claimed, tick.completed, tick.failed);
    if (tick.recovered > 0)
        text += fmt::format(", {} recovered", tick.recovered);
    if (tick.pruned > 0)
        text += fmt::format(", {} pruned", tick.pruned);
    return text;
}

std::string job_counts(const Summary& summary)
{
    std::string text;
    for (const auto& name : names<JobState>)
        if (const auto found = summary.jobs.find(name.value); found != summary.jobs.end() && found->second > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", found->second, name.text);
    return text.empty() ? "none" : text;
}

std::string describe_pause(const Pause& pause, const Pen& pen)
{
    std::string text = pause.queue.empty() ? "every queue" : "queue " + pause.queue;
    if (!pause.by.empty())
        text += " by " + pause.by;
    text += pause.until ? ", until " + pen.when(*pause.until) : ", until resumed";
    if (!pause.reason.empty())
        text += ": " + pause.reason;
    return text;
}

std::string describe_last(const ScheduleStanding& schedule)
{
    if (!schedule.last)
        return "";
    if (schedule.last->result != OccurrenceResult::created)
        return std::string(text_of(schedule.last->result)) +
               (schedule.last->reason.empty() ? "" : ": " + schedule.last->reason);
    std::string text = schedule.last->job ? "job " + to_text(*schedule.last->job) : "";
    if (schedule.last_state)
        text += fmt::format("{}{}", text.empty() ? "" : " ", text_of(*schedule.last_state));
    return text;
}

std::string describe_unsupervised(const std::vector<JobId>& jobs)
{
    constexpr std::size_t most_named = 10;
    std::string text;
    for (std::size_t at = 0; at < std::min(jobs.size(), most_named); ++at)
        text += (at == 0 ? "job " : ", job ") + to_text(jobs[at]);
    if (jobs.size() > most_named)
        text += fmt::format(" and {} more", jobs.size() - most_named);
    return text + ": the tick is gone, the next one finds out what became of it";
}

Style standing_style(const ScheduleStanding& schedule)
{
    if (schedule.last_state == JobState::failed || schedule.last_state == JobState::invalid)
        return Style::red;
    return schedule.last_state == JobState::completed ? Style::green : Style::plain;
}

std::string schedule_table(const StatusFacts& facts, const Look& look, const Pen& pen)
{
    Table table({{.title = "SCHEDULE"},
                 {.title = "WHEN"},
                 {.title = "LAST"},
                 {.title = "RESULT", .wide = true},
                 {.title = "NEXT"}});
    for (const auto& schedule : facts.schedules) {
        const auto time = [&](const std::optional<Time>& at) {
            if (!at)
                return std::string();
            return look.terminal ? relative_time(*at, facts.now) : pen.when(*at);
        };
        table.add({{schedule.name},
                   {schedule.recurrence},
                   {time(schedule.last ? std::optional(schedule.last->nominal_at) : std::nullopt)},
                   {describe_last(schedule), standing_style(schedule)},
                   {schedule.enabled ? time(schedule.next) : "disabled"}});
    }
    if (look.terminal)
        return '\n' + table.text(look);
    // A key before each row, like everything else in a pipe.
    std::string text;
    const std::string rows = table.text(look);
    for (std::size_t at = 0; at < rows.size();) {
        const std::size_t end = rows.find('\n', at);
        text += "schedule\t" + rows.substr(at, end - at) + '\n';
        at = end == std::string::npos ? rows.size() : end + 1;
    }
    return text;
}

} // namespace

std::string status_text(const StatusFacts& facts, const Look& look)
{
    Pen pen(facts, look);
    for (const std::string& warning : status_warnings(facts))
        pen.line("warning", warning, Style::red);
    const auto& summary = facts.summary;
    if (summary.last_tick)
        pen.line("last tick",
                 fmt::format("{}: {}", pen.when(summary.last_tick->started_at), counts(*summary.last_tick)));
    else
        pen.line("last tick", "never");
    if (facts.live_tick)
        pen.line("live tick",
                 facts.live_tick->pid == 0
                     ? "one holds the lock"
                     : fmt::format("pid {}, {}", facts.live_tick->pid, pen.since(facts.live_tick->since)),
                 Style::green);
    pen.line("jobs", job_counts(summary));
    if (!facts.unsupervised.empty())
        pen.line("unsupervised", describe_unsupervised(facts.unsupervised), Style::yellow);
    if (summary.oldest_available)
        pen.line("waiting", "the oldest " + pen.since(*summary.oldest_available));
    if (const auto due = soonest_due(facts))
        pen.line("next due", pen.due(*due));
    for (const Pause& pause : facts.pauses)
        pen.line("paused", describe_pause(pause, pen), Style::yellow);
    pen.line("database", look.terminal ? fmt::format("{} ({})", facts.database, human_bytes(facts.database_bytes))
                                       : fmt::format("{}", facts.database));
    if (!look.terminal)
        pen.line("bytes", std::to_string(facts.database_bytes));
    if (!facts.schedules.empty())
        pen.append(schedule_table(facts, look, pen));
    return pen.text();
}

} // namespace escher::cli
