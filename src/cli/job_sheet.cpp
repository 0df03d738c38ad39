#include "cli/job_sheet.hpp"

#include "app/job_text.hpp"
#include "app/known_argv.hpp"
#include "app/run_facts.hpp"
#include "cli/job_style.hpp"
#include "core/duration.hpp"
#include "core/human_text.hpp"
#include "core/id_text.hpp"
#include "core/retry.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "terminal/escape.hpp"
#include "terminal/render.hpp"
#include "terminal/table.hpp"

#include <algorithm>

namespace escher::cli {

namespace {

struct Fact {
    std::string label;
    std::string value; ///< not yet escaped; facts without one are left out
    Style style = Style::plain;
};

std::string dependencies_text(const Job& job)
{
    std::string text;
    for (const Dependency& dependency : job.waits_for)
        text += (text.empty() ? "job " : ", job ") + to_text(dependency.needs) +
                (dependency.any_end ? " to end" : " to complete");
    return text;
}

std::string progress_line(Context& context, const Job& job, Time now)
{
    std::string text = progress_text(job);
    if (const auto end = expected_end(job, now))
        text += context.console.out_terminal ? ", about " + describe_duration(*end - now) + " left"
                                             : ", end expected " + format_rfc3339(*end, context.session.zone());
    return text;
}

std::string placed(const Job& job)
{
    if (!job.queue)
        return "not taken in yet";
    return *job.queue + (job.priority ? ", priority " + std::to_string(*job.priority) : "");
}

std::vector<Fact> facts_of(Context& context, const JobSheet& sheet, Time now)
{
    const Job& job = sheet.job;
    const auto time = [&](const std::optional<Time>& at) {
        return at ? time_text(context, *at, now) : std::string();
    };
    std::vector<Fact> facts = {
        {"state", std::string(text_of(job.state)), style_of(job.state)},
        {"reason", sheet.reason},
        {"runs", describe_resolved(job.work, sheet.argv)},
        {"queue", placed(job)},
        {"policy", describe(sheet.policy)},
        {"attempts", std::to_string(job.attempts) + " of " + std::to_string(1 + sheet.policy.retries)},
        {"progress", progress_line(context, job, now)},
        {"waits for", dependencies_text(job)},
        {"created", time(job.created_at)},
        {"created by", job.created_by},
        {"schedule", job.schedule},
        {"due time", job.schedule.empty() ? std::string() : time(job.nominal_at)},
        {"not before", job.run_at != job.created_at ? time(job.run_at) : std::string()},
        {"started", time(job.started_at)},
        {"finished", time(job.finished_at)},
        {"cancel asked", time(job.cancel_requested_at)},
        {"unique key", job.unique_key},
        {"key", job.concurrency_key},
        {"token", job.token},
    };
    std::erase_if(facts, [](const Fact& fact) { return fact.value.empty(); });
    return facts;
}

std::string output_text(const Run& run)
{
    std::string text = human_bytes(run.output.written);
    if (run.output.dropped > 0)
        text += " (" + human_bytes(run.output.dropped) + " dropped)";
    return text;
}

Table runs_table(Context& context, const std::vector<Run>& runs, Time now)
{
    // On a terminal, how long it took says enough of the end, and leaves the outcome room.
    const bool terminal = context.console.out_terminal;
    std::vector<Table::Column> columns = {{"RUN", true}, {"STARTED"},      {"TOOK", true},  {"OUTCOME", false, true},
                                          {"CPU", true}, {"MEMORY", true}, {"OUTPUT", true}};
    if (!terminal)
        columns.insert(columns.begin() + 2, {"ENDED"});
    Table table(columns);
    const auto time = [&](const std::optional<Time>& at) {
        if (!at)
            return std::string("-");
        return terminal ? format_local(*at, context.session.zone()) : format_rfc3339(*at, context.session.zone());
    };
    for (const Run& run : runs) {
        const auto took = duration_of(run, now);
        const bool good = run.outcome && succeeded(*run.outcome);
        const Style style = !run.outcome ? Style::blue : good ? Style::green : Style::red;
        const bool ended = run.ended_at.has_value();
        std::vector<Table::Cell> row = {
            {std::to_string(run.attempt), Style::plain},
            {time(run.started_at), Style::plain},
            {took ? describe_duration(*took) : "-", Style::plain},
            {run.outcome ? describe(*run.outcome) : "running", style},
            {ended ? describe_duration(run.usage.cpu_user + run.usage.cpu_system) : "-", Style::plain},
            {ended ? human_bytes(run.usage.peak_memory_bytes) : "-", Style::plain},
            {ended ? output_text(run) : "-", Style::plain}};
        if (!terminal)
            row.insert(row.begin() + 2, {time(run.ended_at), Style::plain});
        table.add(std::move(row));
    }
    return table;
}

Style style_of(MessageLevel level)
{
    switch (level) {
    case MessageLevel::debug:
        return Style::dim;
    case MessageLevel::info:
        return Style::plain;
    case MessageLevel::warning:
        return Style::yellow;
    case MessageLevel::error:
        return Style::red;
    }
    return Style::plain;
}

/// Several lines under one label stay under each other.
std::string indented(const std::string& text, std::size_t by)
{
    std::string result;
    for (const char c : text) {
        result += c;
        if (c == '\n')
            result += std::string(by, ' ');
    }
    return result;
}

std::string for_terminal(Context& context, const JobSheet& sheet, Time now)
{
    constexpr std::size_t label_width = 12;
    std::string out = styled("job " + to_text(sheet.job.id) + ": " + escape_for_terminal(sheet.job.name), Style::bold,
                             context.console.color) +
                      "\n";
    for (const Fact& fact : facts_of(context, sheet, now))
        out += "  " + fact.label + std::string(label_width - fact.label.size() + 2, ' ') +
               styled(escape_for_terminal(fact.value), fact.style, context.console.color) + "\n";
    if (!sheet.runs.empty())
        out += "\n" + runs_table(context, sheet.runs, now).text(true, context.console.color, terminal_width());
    if (!sheet.messages.empty())
        out += "\n" + styled("messages", Style::bold, context.console.color) + "\n";
    for (const Message& message : sheet.messages) {
        const std::string head = "  " + format_local(message.at, context.session.zone()) + "  ";
        std::string text = message.level == MessageLevel::info ? "" : std::string(text_of(message.level)) + ": ";
        text += escape_for_terminal(message.text, true);
        out += head + styled(indented(text, head.size()), style_of(message.level), context.console.color) + "\n";
    }
    if (!sheet.notes.empty())
        out += "\n" + styled("notes", Style::bold, context.console.color) + "\n";
    for (const Note& note : sheet.notes)
        out += "  " + escape_for_terminal(note.key) + " = " + escape_for_terminal(note.value) + "\n";
    return out;
}

std::string for_pipe(Context& context, const JobSheet& sheet, Time now)
{
    std::string out = "job\t" + to_text(sheet.job.id) + "\nname\t" + escape_for_terminal(sheet.job.name) + "\n";
    for (const Fact& fact : facts_of(context, sheet, now))
        out += fact.label + "\t" + escape_for_terminal(fact.value) + "\n";
    std::string runs = runs_table(context, sheet.runs, now).text(false, false, 0);
    for (std::size_t begin = 0; begin < runs.size();) {
        const std::size_t end = runs.find('\n', begin) + 1;
        out += "run\t" + runs.substr(begin, end - begin);
        begin = end;
    }
    for (const Message& message : sheet.messages)
        out += "message\t" + format_rfc3339(message.at, context.session.zone()) + "\t" +
               std::string(text_of(message.level)) + "\t" + escape_for_terminal(message.text) + "\n";
    for (const Note& note : sheet.notes)
        out += "note\t" + escape_for_terminal(note.key) + "\t" + escape_for_terminal(note.value) + "\n";
    return out;
}

} // namespace

std::string sheet_text(Context& context, const JobSheet& sheet, Time now)
{
    return context.console.out_terminal ? for_terminal(context, sheet, now) : for_pipe(context, sheet, now);
}

} // namespace escher::cli
