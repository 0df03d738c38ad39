#include "app/history.hpp"
#include "app/input_file.hpp"
#include "app/job_draft.hpp"
#include "app/start_tick.hpp"
#include "cli/commands/entries.hpp"
#include "cli/commands/wait.hpp"
#include "cli/commands_table.hpp"
#include "cli/context.hpp"
#include "cli/exit_status.hpp"
#include "core/id_text.hpp"
#include "os/host.hpp"
#include "os/user.hpp"
#include "json/batch_reader.hpp"
#include "json/created_json.hpp"

#include <escher/error.hpp>

#include <algorithm>
#include <sstream>

namespace escher::cli {

namespace {

const std::vector<std::string> not_of_the_job = {"batch", "start", "wait", "param"};

/// The options of the command line that describe the job.
std::vector<std::string> job_options(const Arguments& arguments)
{
    std::vector<std::string> given;
    for (const Option& option : find_command("add")->options)
        if (arguments.has(option.name) && std::ranges::find(not_of_the_job, option.name) == not_of_the_job.end())
            given.push_back(option.name);
    return given;
}

void refuse_misplaced(const Arguments& arguments)
{
    if (!arguments.has("batch")) {
        if (!arguments.positional.empty())
            throw Error(ErrorKind::usage, "put '--' before the command: escher-cron add [options] -- " +
                                              arguments.positional.front() + " ...");
        return;
    }
    auto given = job_options(arguments);
    if (arguments.has("param"))
        given.emplace_back("param");
    if (!given.empty())
        throw Error(ErrorKind::usage,
                    "--" + given.front() + " cannot go with --batch: write \"" + given.front() + "\" into its lines");
    if (arguments.argv)
        throw Error(ErrorKind::usage, "no command can go with --batch: write \"command\" into its lines");
    if (arguments.positional.size() > 1)
        throw Error(ErrorKind::usage, "--batch reads one file, not also '" + arguments.positional[1] + "'");
}

JobDraft draft_of(const Arguments& arguments, Context& context, Time now)
{
    JobDraft draft(now, context.session.zone(), "--");
    for (const std::string& option : job_options(arguments))
        for (const std::string& text : arguments.values(option))
            draft.set(option, text);
    for (const std::string& param : arguments.values("param")) {
        const auto equals = param.find('=');
        if (equals == std::string::npos)
            throw Error(ErrorKind::usage, "--param: '" + param + "' has no '=': write KEY=VALUE");
        draft.set_param(param.substr(0, equals), param.substr(equals + 1));
    }
    if (arguments.argv)
        draft.set_command(*arguments.argv);
    return draft;
}

JobDraft::Checks make_checks(Context& context)
{
    // The store first: creating the database may decide whose commands are trusted.
    Store& store = context.session.store(Access::create);
    settle_new_store(context.session.config(), store);
    return {.policies = context.session.config().policies,
            .store = store,
            .created_by = os::user_name() + "@" + os::host_name() + " via cli",
            .known = {}};
}

std::vector<NewJob> batch_of(const Arguments& arguments, Context& context, Time now)
{
    const std::string file = arguments.positional.empty() ? "-" : arguments.positional.front();
    // Whole, before anything is made of it: half of a file that cannot be read on would look like all of it.
    std::istringstream in(read_file("--batch", file));
    auto checks = make_checks(context);
    return read_batch(in, file == "-" ? "standard input" : file, now, context.session.zone(), checks);
}

std::vector<NewJob> jobs_of(const Arguments& arguments, Context& context, Time now)
{
    if (arguments.has("batch"))
        return batch_of(arguments, context, now);
    JobDraft draft = draft_of(arguments, context, now);
    draft.check_work();
    auto checks = make_checks(context);
    std::vector<NewJob> jobs;
    jobs.push_back(std::move(draft).finish(checks));
    return jobs;
}

void print(Context& context, const std::vector<Created>& created)
{
    if (context.console.json) {
        context.console.out(created_json(created));
    } else {
        std::string lines;
        for (const Created& job : created)
            lines += to_text(job.id) + '\n';
        context.console.out(lines);
    }
    if (!context.console.err_terminal && context.console.verbose == 0)
        return;
    for (const Created& job : created)
        if (job.existed)
            context.console.narrate("job " + to_text(job.id) +
                                    " has this unique key and is unfinished: nothing was created");
}

} // namespace

int run_add(Context& context, const Arguments& arguments)
{
    refuse_misplaced(arguments);
    const Time now = context.session.now();
    const std::vector<NewJob> jobs = jobs_of(arguments, context, now);
    if (jobs.empty()) {
        context.console.warn("there was no job to create in the batch");
        print(context, {});
        return static_cast<int>(ExitStatus::ok);
    }
    const std::vector<Created> created = context.session.store(Access::create).create(jobs, now);

    // The jobs are there: whoever asked gets the ids before anything else can go wrong.
    print(context, created);
    const bool due = std::ranges::any_of(jobs, [&](const NewJob& job) { return !job.run_at || *job.run_at <= now; });
    if (arguments.has("start") || (due && context.session.config().run.mode == RunMode::automatic))
        if (const auto warning = context.session.private_view().start_tick(); !warning.empty())
            context.console.warn(warning);
    if (!arguments.has("wait"))
        return static_cast<int>(ExitStatus::ok);
    std::vector<JobId> ids;
    for (const Created& job : created)
        ids.push_back(job.id);
    return wait_for_jobs(context, ids, std::nullopt);
}

} // namespace escher::cli
