#include "app/job_facts.hpp"
#include "app/job_text.hpp"
#include "app/schedule_standing.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "cli/job_style.hpp"
#include "cli/option_values.hpp"
#include "cli/schedule_text.hpp"
#include "core/id_text.hpp"
#include "core/suggest.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "terminal/render.hpp"
#include "terminal/table.hpp"
#include "json/job_json.hpp"

#include <escher/error.hpp>

#include <algorithm>

namespace escher::cli {

namespace {

JobState state_option(const std::string& text)
{
    if (const auto state = from_text<JobState>(text))
        return *state;
    std::vector<std::string> known;
    std::string all;
    for (const auto& name : names<JobState>) {
        known.emplace_back(name.text);
        all += (all.empty() ? "" : ", ") + std::string(name.text);
    }
    throw Error(ErrorKind::usage, "--state: '" + text + "' is none of " + all + did_you_mean(text, known));
}

JobFilter filter_of(const Arguments& arguments, Time now)
{
    JobFilter filter;
    filter.unfinished_or_recent = !arguments.has("all");
    filter.finished_since = now - std::chrono::hours(24);
    if (const auto state = arguments.value("state"))
        filter.state = state_option(*state);
    filter.queue = arguments.value("queue");
    filter.schedule = arguments.value("schedule");
    filter.limit = static_cast<int>(number_option(arguments, "limit", 1, 10'000'000).value_or(filter.limit));
    return filter;
}

/// In a list without -v only what needs no looking up: how it ended, or why it is tried again.
std::string brief_reason(const Job& job)
{
    return is_finished(job.state) || job.state == JobState::retryable ? job.reason : std::string();
}

void print_table(Context& context, const std::vector<Job>& jobs, Why* why, Time now)
{
    const bool with_schedule = std::ranges::any_of(jobs, [](const Job& job) { return !job.schedule.empty(); });
    const bool with_progress = std::ranges::any_of(jobs, [](const Job& job) { return job.progress.has_value(); });
    std::vector<Table::Column> columns = {{"ID", true}, {"STATE"},     {"NAME", false, true},
                                          {"QUEUE"},    {"PRI", true}, {"WHEN"}};
    if (with_schedule)
        columns.push_back({"SCHEDULE"});
    if (with_progress)
        columns.push_back({"PROGRESS", false, true});
    columns.push_back({"REASON", false, true});
    Table table(columns);
    for (const Job& job : jobs) {
        std::vector<Table::Cell> row = {{to_text(job.id), Style::plain},
                                        {std::string(text_of(job.state)), style_of(job.state)},
                                        {job.name, Style::plain},
                                        {job.queue.value_or("-"), Style::plain},
                                        {job.priority ? std::to_string(*job.priority) : "-", Style::plain},
                                        {when(job, now), Style::plain}};
        if (with_schedule)
            row.push_back(
                {job.schedule + (job.nominal_at ? " " + format_local(*job.nominal_at, context.session.zone()) : ""),
                 Style::plain});
        if (with_progress)
            row.push_back({progress_text(job), Style::plain});
        row.push_back({why != nullptr ? why->reason_of(job) : brief_reason(job), Style::dim});
        table.add(std::move(row));
    }
    context.console.out(table.text(context.look()));
}

void print_lines(Context& context, const std::vector<Job>& jobs, Why* why)
{
    const auto time = [&](const std::optional<Time>& at) {
        return at ? format_rfc3339(*at, context.session.zone()) : "";
    };
    Table table(std::vector<Table::Column>(12));
    for (const Job& job : jobs)
        table.add({{to_text(job.id), Style::plain},
                   {std::string(text_of(job.state)), Style::plain},
                   {job.name, Style::plain},
                   {job.queue.value_or(""), Style::plain},
                   {job.priority ? std::to_string(*job.priority) : "", Style::plain},
                   {progress_text(job), Style::plain},
                   {time(job.run_at), Style::plain},
                   {time(job.started_at), Style::plain},
                   {time(job.finished_at), Style::plain},
                   {job.schedule, Style::plain},
                   {time(job.nominal_at), Style::plain},
                   {why != nullptr ? why->reason_of(job) : brief_reason(job), Style::plain}});
    context.console.out(table.text({}));
}

void print_json(Context& context, Store& store, std::vector<Job> jobs, Why& why,
                const std::optional<ScheduleStanding>& schedule, Time now)
{
    std::vector<JobFacts> facts;
    for (Job& job : jobs)
        facts.push_back(job_facts(context.session, store, why, std::move(job), now));
    context.console.out(jobs_json(facts, now, schedule));
}

} // namespace

int run_list(Context& context, const Arguments& arguments)
{
    const Time now = context.session.now();
    const JobFilter filter = filter_of(arguments, now);
    Store& store = context.session.store(Access::read);
    std::optional<ScheduleStanding> schedule;
    if (filter.schedule)
        schedule = schedule_standing(context.session.config(), *filter.schedule, store, now);
    std::vector<Job> jobs = store.list(filter);
    std::optional<Why> why;
    if (context.console.json || context.console.verbose > 0)
        why.emplace(context.session, store, now);
    Why* const reasons = why ? &*why : nullptr;
    if (context.console.json) {
        print_json(context, store, std::move(jobs), *why, schedule, now);
        return static_cast<int>(ExitStatus::ok);
    }
    if (schedule && context.console.err_terminal)
        context.console.narrate(describe(*schedule, now, context.console.narration_look(context.session.zone())));
    if (!context.console.out_terminal)
        print_lines(context, jobs, reasons);
    else if (jobs.empty())
        context.console.narrate(
            "no jobs" + std::string(filter.unfinished_or_recent ? " (-a lists finished ones of any age)" : ""));
    else
        print_table(context, jobs, reasons, now);
    return static_cast<int>(ExitStatus::ok);
}

} // namespace escher::cli
