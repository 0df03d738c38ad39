#include "cli/job_sheet.hpp"

#include "app/job_text.hpp"
#include "app/known_argv.hpp"
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

std::string progress_line(const Job& job, Time now, const Look& look)
{
    std::string text = progress_text(job);
    if (const auto end = expected_end(job, now))
        text += look.terminal ? ", about " + describe_duration(*end - now) + " left"
                              : ", end expected " + format_rfc3339(*end, *look.zone);
    return text;
}

std::string queue_text(const Job& job)
{
    if (!job.queue)
        return "not taken in yet";
    return *job.queue + (job.priority ? ", priority " + std::to_string(*job.priority) : "");
}

std::vector<Fact> facts_of(const JobSheet& sheet, Time now, const Look& look)
{
    const Job& job = sheet.facts.job;
    const auto time = [&](const std::optional<Time>& at) { return at ? time_text(*at, now, look) : std::string(); };
    std::vector<Fact> facts = {
        {"state", std::string(text_of(job.state)), style_of(job.state)},
        {"reason", sheet.facts.reason},
        {"runs", describe_resolved(job.work, sheet.facts.argv)},
        {"queue", queue_text(job)},
        {"policy", describe(sheet.policy)},
        {"attempts", std::to_string(job.attempts) + " of " + std::to_string(1 + sheet.policy.retries)},
        {"progress", progress_line(job, now, look)},
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

Table runs_table(const std::vector<Run>& runs, Time now, const Look& look)
{
    // On a terminal, how long it took says enough of the end, and leaves the outcome room.
    const bool terminal = look.terminal;
    std::vector<Table::Column> columns = {{"RUN", true}, {"STARTED"},      {"TOOK", true},  {"OUTCOME", false, true},
                                          {"CPU", true}, {"MEMORY", true}, {"OUTPUT", true}};
    if (!terminal)
        columns.insert(columns.begin() + 2, {"ENDED"});
    Table table(columns);
    const auto time = [&](const std::optional<Time>& at) {
        if (!at)
            return std::string("-");
        return terminal ? format_local(*at, *look.zone) : format_rfc3339(*at, *look.zone);
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

Style message_style(MessageLevel level)
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

std::string for_terminal(const JobSheet& sheet, Time now, const Look& look)
{
    constexpr std::size_t label_width = 12;
    std::string out = styled("job " + to_text(sheet.facts.job.id) + ": " + escape_for_terminal(sheet.facts.job.name),
                             Style::bold, look.color) +
                      "\n";
    for (const Fact& fact : facts_of(sheet, now, look))
        out += "  " + fact.label + std::string(label_width - fact.label.size() + 2, ' ') +
               styled(escape_for_terminal(fact.value), fact.style, look.color) + "\n";
    if (!sheet.facts.runs.empty())
        out += "\n" + runs_table(sheet.facts.runs, now, look).text(look);
    if (!sheet.messages.empty())
        out += "\n" + styled("messages", Style::bold, look.color) + "\n";
    for (const Message& message : sheet.messages) {
        const std::string head = "  " + format_local(message.at, *look.zone) + "  ";
        std::string text = message.level == MessageLevel::info ? "" : std::string(text_of(message.level)) + ": ";
        text += escape_for_terminal(message.text, true);
        out += head + styled(indented(text, head.size()), message_style(message.level), look.color) + "\n";
    }
    if (!sheet.notes.empty())
        out += "\n" + styled("notes", Style::bold, look.color) + "\n";
    for (const Note& note : sheet.notes)
        out += "  " + escape_for_terminal(note.key) + " = " + escape_for_terminal(note.value) + "\n";
    return out;
}

std::string for_pipe(const JobSheet& sheet, Time now, const Look& look)
{
    std::string out =
        "job\t" + to_text(sheet.facts.job.id) + "\nname\t" + escape_for_terminal(sheet.facts.job.name) + "\n";
    for (const Fact& fact : facts_of(sheet, now, look))
        out += fact.label + "\t" + escape_for_terminal(fact.value) + "\n";
    std::string runs = runs_table(sheet.facts.runs, now, look).text(look);
    for (std::size_t begin = 0; begin < runs.size();) {
        const std::size_t end = runs.find('\n', begin) + 1;
        out += "run\t" + runs.substr(begin, end - begin);
        begin = end;
    }
    for (const Message& message : sheet.messages)
        out += "message\t" + format_rfc3339(message.at, *look.zone) + "\t" + std::string(text_of(message.level)) +
               "\t" + escape_for_terminal(message.text) + "\n";
    for (const Note& note : sheet.notes)
        out += "note\t" + escape_for_terminal(note.key) + "\t" + escape_for_terminal(note.value) + "\n";
    return out;
}

} // namespace

std::string sheet_text(const JobSheet& sheet, Time now, const Look& look)
{
    return look.terminal ? for_terminal(sheet, now, look) : for_pipe(sheet, now, look);
}

} // namespace escher::cli
