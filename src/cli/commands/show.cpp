#include "app/find_job.hpp"
#include "app/known_argv.hpp"
#include "app/run_facts.hpp"
#include "app/why.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "cli/job_sheet.hpp"
#include "core/policy.hpp"
#include "json/job_json.hpp"

#include <escher/error.hpp>

namespace escher::cli {

namespace {

void write_sheet(JsonWriter& json, const JobSheet& sheet, Time now)
{
    write_job_members(json, sheet.job, {sheet.reason, expected_end(sheet.job, now), sheet.runs, sheet.argv}, now);
    json.key("messages");
    write_messages(json, sheet.messages);
    json.key("notes");
    write_notes(json, sheet.notes);
}

/// One job is the document itself; several are its "jobs".
std::string as_json(const std::vector<JobSheet>& sheets, bool single, Time now)
{
    JsonWriter json;
    json.begin_object().key("schema").value(1);
    if (single) {
        write_sheet(json, sheets.front(), now);
    } else {
        json.key("jobs").begin_array();
        for (const JobSheet& sheet : sheets) {
            json.begin_object();
            write_sheet(json, sheet, now);
            json.end_object();
        }
        json.end_array();
    }
    json.end_object();
    return json.text() + "\n";
}

} // namespace

int run_show(Context& context, const Arguments& arguments)
{
    const Time now = context.session.now();
    Store& store = context.session.store(Access::read);
    std::optional<Why> why;
    std::vector<JobSheet> sheets;
    bool all_there = true;
    for (const std::string& reference : arguments.positional) {
        const auto id = find_job(store, reference);
        auto job = id ? store.find(*id) : std::nullopt;
        if (!job) {
            all_there = false;
            context.console.complain("there is no job " + reference);
            continue;
        }
        if (!why)
            why.emplace(context.session, store, now);
        JobSheet& sheet = sheets.emplace_back();
        sheet.job = std::move(*job);
        sheet.runs = store.runs(*id);
        sheet.messages = store.messages(*id);
        sheet.notes = store.notes(*id);
        sheet.reason = why->reason_of(sheet.job);
        sheet.policy = policy_of(context.session.config().policies, sheet.job);
        sheet.argv = known_argv(context.session.config().policies, sheet.job.work);
    }
    const bool single = arguments.positional.size() == 1;
    if (context.console.json && (!single || !sheets.empty()))
        context.console.out(as_json(sheets, single, now));
    for (std::size_t at = 0; !context.console.json && at < sheets.size(); ++at)
        context.console.out((at == 0 ? "" : "\n") + sheet_text(context, sheets[at], now));
    return static_cast<int>(all_there ? ExitStatus::ok : ExitStatus::job_failed);
}

} // namespace escher::cli
