#include "app/find_job.hpp"
#include "app/job_facts.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "cli/job_sheet.hpp"
#include "json/job_json.hpp"

#include <escher/error.hpp>

namespace escher::cli {

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
        sheets.push_back(job_sheet(context.session, store, *why, std::move(*job), now));
    }
    const bool single = arguments.positional.size() == 1;
    if (context.console.json && (!single || !sheets.empty()))
        context.console.out(single ? job_json(sheets.front(), now) : jobs_json(sheets, now));
    for (std::size_t at = 0; !context.console.json && at < sheets.size(); ++at)
        context.console.out((at == 0 ? "" : "\n") + sheet_text(sheets[at], now, context.look()));
    return static_cast<int>(all_there ? ExitStatus::ok : ExitStatus::job_failed);
}

} // namespace escher::cli
