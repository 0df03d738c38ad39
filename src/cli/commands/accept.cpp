#include "app/find_job.hpp"
#include "app/history.hpp"
#include "app/private_place.hpp"
#include "cli/commands/entries.hpp"
#include "cli/context.hpp"
#include "core/id_text.hpp"
#include "core/text.hpp"
#include "core/time_text.hpp"
#include "os/lock_file.hpp"
#include "terminal/table.hpp"
#include "tick/tick_lock.hpp"
#include "json/accept_json.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace escher::cli {

namespace {

std::vector<Job> unfinished(Store& store)
{
    std::vector<Job> jobs;
    for (const auto state : {JobState::running, JobState::available, JobState::scheduled, JobState::retryable}) {
        JobFilter filter;
        filter.state = state;
        filter.limit = std::numeric_limits<int>::max();
        for (Job& job : store.list(filter))
            jobs.push_back(std::move(job));
    }
    std::ranges::sort(jobs, {}, &Job::id);
    return jobs;
}

/// What is known of one job's fate since the database was what it is.
std::string_view fate_of(const Job& job, const std::set<JobId>& run_since, Time held_since)
{
    if (run_since.contains(job.id))
        return "ran";
    return job.created_at >= held_since && job.state != JobState::running ? "new" : "unknown";
}

int list(Context& context, const History& history, const std::vector<Job>& jobs, Time held_since)
{
    const std::set<JobId> run_since = history.run_since();
    std::vector<HeldJob> held;
    for (const Job& job : jobs)
        held.push_back({job, fate_of(job, run_since, held_since)});
    if (context.console.json) {
        context.console.out(held_jobs_json(history.verdict().holds() ? history.verdict().why : "", held));
        return 0;
    }
    Table table({{.title = "ID", .right = true},
                 {.title = "STATE"},
                 {.title = "SINCE"},
                 {.title = "CREATED"},
                 {.title = "NAME", .wide = true}});
    for (const auto& [job, since] : held)
        table.add({{to_text(job.id)},
                   {std::string(text_of(job.state))},
                   {std::string(since)},
                   {context.console.out_terminal ? format_local(job.created_at, context.session.zone())
                                                 : format_rfc3339(job.created_at, context.session.zone())},
                   {job.name}});
    context.console.out(table.text(context.look()));
    return 0;
}

std::optional<std::set<JobId>> chosen(const Arguments& arguments, Store& store, const std::vector<Job>& jobs)
{
    if (arguments.has("run"))
        return std::nullopt;
    std::set<JobId> only;
    for (const std::string& reference : arguments.positional) {
        const JobId id = require_job(store, reference).id;
        if (std::ranges::find(jobs, id, &Job::id) == jobs.end())
            throw Error(ErrorKind::bad_data, "job " + to_text(id) +
                                                 " has ended in this database: nothing is to be decided "
                                                 "of it; retry runs it again");
        only.insert(id);
    }
    return only;
}

void tell(Context& context, const Accepted& accepted, const std::vector<JobId>& left)
{
    if (!context.console.json) {
        context.console.narrate(fmt::format("accepted: {} job{} may run, {} cancelled; ticks work again", left.size(),
                                            left.size() == 1 ? "" : "s", accepted.cancelled.size()));
        return;
    }
    context.console.out(accepted_json(left, accepted.cancelled));
}

void take_lock(os::LockFile& lock, const Config& config)
{
    if (lock.take_over(lock_patience) != os::LockFile::Wait::taken)
        throw Error(ErrorKind::busy, "cannot take the lock '" + config.run.lock.string() +
                                         "': a tick has it; 'escher-cron status' tells which");
}

} // namespace

int run_accept(Context& context, const Arguments& arguments)
{
    const int decisions = static_cast<int>(arguments.has("list")) + static_cast<int>(arguments.has("run")) +
                          static_cast<int>(arguments.has("cancel")) + static_cast<int>(arguments.has("only"));
    if (decisions != 1 || arguments.has("only") == arguments.positional.empty())
        throw Error(ErrorKind::usage,
                    "what is to become of the jobs? escher-cron accept --list shows them; then accept "
                    "--run, accept --cancel, or accept --only ID...");
    const Config& config = context.session.config();
    context.session.stay_root(); // what is decided is noted in the lock file, which only root may write
    Store& store = context.session.store(Access::write);
    prepare_private_place(config);
    os::LockFile lock(config.run.lock);
    take_lock(lock, config);
    const Time now = context.session.now();
    History history(config, store, os::memory_of(lock.seen()));
    const bool holds = history.verdict().holds();
    const bool asked = holds || history.verdict().kind == HistoryVerdict::Kind::other_lock;
    const Time held_since = holds ? history.held_since(now) : Time::max();
    const std::vector<Job> jobs = asked ? unfinished(store) : std::vector<Job>{};
    if (holds)
        context.console.narrate(describe_hold(history.verdict(), store.summary(), config));
    if (arguments.has("list"))
        return list(context, history, jobs, held_since);
    if (!asked)
        throw Error(ErrorKind::bad_data, "nothing is held: ticks work from the database '" +
                                             config.database.path.string() + "', and nothing was changed");

    const auto only = chosen(arguments, store, jobs);
    const Accepted accepted = history.accept({.beyond_run = {},
                                              .beyond_job = {},
                                              .home = {},
                                              .lock = {},
                                              .run = only,
                                              .made_before = held_since,
                                              .close_runs = {},
                                              .reason = "the database was restored or copied"},
                                             now);
    std::vector<JobId> left;
    for (const Job& job : jobs)
        if (std::ranges::find(accepted.cancelled, job.id) == accepted.cancelled.end())
            left.push_back(job.id);
    tell(context, accepted, left);
    return 0;
}

} // namespace escher::cli
