#include "app/start_tick.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "cli/steering.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"

#include <escher/error.hpp>

#include <limits>

namespace escher::cli {

namespace {

std::vector<std::string> failed_jobs(Store& store, const std::optional<std::string>& queue)
{
    JobFilter filter;
    filter.unfinished_or_recent = false;
    filter.state = JobState::failed;
    filter.queue = queue;
    filter.limit = std::numeric_limits<int>::max();
    std::vector<std::string> ids;
    for (const Job& job : store.list(filter))
        ids.push_back(to_text(job.id));
    return ids;
}

std::string why_invalid(Store& store, JobId job)
{
    const auto found = store.find(job);
    const std::string reason = found ? found->reason : std::string();
    return "job " + to_text(job) + " is invalid and would be again" + (reason.empty() ? "" : ": " + reason) +
           "; create it anew";
}

} // namespace

int run_retry(Context& context, const Arguments& arguments)
{
    const bool all_failed = arguments.has("failed");
    if (all_failed != arguments.positional.empty())
        throw Error(ErrorKind::usage, all_failed ? "--failed means every failed job: name no ids with it"
                                                 : "which jobs? escher-cron retry ID... | --failed");
    if (arguments.has("queue") && !all_failed)
        throw Error(ErrorKind::usage, "--queue goes with --failed");
    Store& store = context.session.store(Access::write);
    const Time now = context.session.now();
    const auto ids = all_failed ? failed_jobs(store, arguments.value("queue")) : arguments.positional;
    if (ids.empty())
        context.console.narrate("there is no failed job");
    bool queued = false;
    const int status = steer_each(context, store, ids, "retry", [&](JobId job) -> Steered {
        const std::string which = "job " + to_text(job);
        const RetryResult result = store.retry(job, now);
        switch (result) {
        case RetryResult::queued:
            queued = true;
            return {true, text_of(result), which + " is available again"};
        case RetryResult::still_unfinished:
            return {false, text_of(result), which + " has not ended yet: cancel it first"};
        case RetryResult::invalid:
            return {false, text_of(result), why_invalid(store, job)};
        case RetryResult::no_such_job:
            break;
        }
        return {false, text_of(result), "there is no " + which};
    });
    if (queued && context.session.config().run.mode == RunMode::automatic)
        if (const auto warning = context.session.private_view().start_tick(); !warning.empty())
            context.console.warn(warning);
    return status;
}

} // namespace escher::cli
