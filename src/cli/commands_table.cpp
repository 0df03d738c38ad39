#include "cli/commands_table.hpp"

#include "cli/commands/entries.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace escher::cli {

namespace {

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

std::vector<Subcommand> creating_commands()
{
    return {
        {.name = "add",
         .group = Group::creating,
         .synopsis = "[options] -- COMMAND [ARG...] | --task NAME [-p KEY=VALUE]... | --batch [FILE]",
         .summary = "Creates a job and prints its id.",
         .options = {{"task", 't', "NAME", "run this [task] of the config"},
                     {"param", 'p', "KEY=VALUE", "a parameter of the task", true},
                     {"batch", 'b', "", "jobs as JSON lines from FILE (or stdin), all or none"},
                     {"name", 'N', "NAME", "what to call it"},
                     {"queue", 'Q', "QUEUE", "the queue it waits in"},
                     {"priority", 'P', "N", "lower runs first"},
                     {"at", 0, "TIME", "not before: RFC 3339, 'YYYY-MM-DD HH:MM', HH:MM, +2h"},
                     {"in", 0, "DURATION", "not before this has passed: 90s, 15m, 1h30m, 1d"},
                     {"timeout", 0, "DURATION", "end it after this long"},
                     {"retries", 'r', "N", "attempts beyond the first"},
                     {"unique", 'u', "KEY", "only if no unfinished job has this key"},
                     {"key", 'k', "KEY", "never beside another job with this key"},
                     {"after", 0, "ID[,ID]", "once these have completed", true},
                     {"after-any", 0, "ID[,ID]", "once these have ended, however", true},
                     {"stdin", 0, "FILE", "what it reads on its stdin (-: what add reads)"},
                     {"start", 0, "", "start a detached tick at once"},
                     {"wait", 'w', "", "wait for it and exit with its status"}},
         .examples = {"escher-cron add -- gzip -9 /srv/logs/big.log",
                      "escher-cron add --in 2h --retries 3 -- /srv/bin/sync --all",
                      "escher-cron add --task thumbnail -p id=42"},
         .max_positional = any_number,
         .takes_argv = true,
         .run = run_add},
        {.name = "cancel",
         .group = Group::creating,
         .synopsis = "[--reason TEXT] ID...",
         .summary = "Cancels jobs; a running one is sent TERM, then KILL.",
         .options = {{"reason", 0, "TEXT", "shown with the job"}},
         .examples = {"escher-cron cancel 17 18", "escher-cron cancel --reason 'wrong month' 17"},
         .min_positional = 1,
         .max_positional = any_number,
         .run = run_cancel},
        {.name = "retry",
         .group = Group::creating,
         .synopsis = "ID... | --failed",
         .summary = "Runs failed, cancelled or completed jobs again, their attempts counted anew.",
         .options = {{"failed", 0, "", "every failed job"}, {"queue", 'Q', "QUEUE", "with --failed: of this queue"}},
         .examples = {"escher-cron retry 17", "escher-cron retry --failed --queue mail"},
         .max_positional = any_number,
         .run = run_retry},
    };
}

std::vector<Subcommand> watching_commands()
{
    return {
        {.name = "list",
         .group = Group::watching,
         .synopsis = "[options]",
         .summary = "Lists jobs: the unfinished ones and those finished in the last 24 hours, newest last.",
         .options = {{"all", 'a', "", "finished ones of any age too"},
                     {"state", 's', "STATE", "only jobs in this state"},
                     {"queue", 'Q', "QUEUE", "only jobs of this queue"},
                     {"schedule", 'S', "NAME", "only jobs made by this schedule"},
                     {"limit", 'n', "N", "the newest N (default 50)"}},
         .examples = {"escher-cron list", "escher-cron list -v           with the reason why each one waits",
                      "escher-cron list -a --state failed -n 200", "escher-cron list --json | jq '.jobs[].id'"},
         .run = run_list},
        {.name = "show",
         .group = Group::watching,
         .synopsis = "ID...",
         .summary = "Shows everything known of a job, why it waits included.",
         .examples = {"escher-cron show 17", "escher-cron show --json 17 | jq .runs"},
         .min_positional = 1,
         .max_positional = any_number,
         .run = run_show},
        {.name = "log",
         .group = Group::watching,
         .synopsis = "[-f] [--run N] ID",
         .summary = "Prints what a job wrote to stdout and stderr in its latest run.",
         .options = {{"follow", 'f', "", "go on until the job ends"},
                     {"run", 'r', "N", "of the Nth run, counted from 1 (-1: the latest)"}},
         .examples = {"escher-cron log 17", "escher-cron log -f 17", "escher-cron log --run 1 17"},
         .min_positional = 1,
         .max_positional = 1,
         .run = run_log},
        {.name = "wait",
         .group = Group::watching,
         .synopsis = "[--timeout DURATION] ID...",
         .summary = "Waits until jobs have ended; exits with 0 if all completed, else 1 (75: timed out).",
         .options = {{"timeout", 0, "DURATION", "give up after this long"}},
         .examples = {"escher-cron wait 17", "escher-cron wait --timeout 10m 17 18 && echo done"},
         .min_positional = 1,
         .max_positional = any_number,
         .run = run_wait},
        {.name = "status",
         .group = Group::watching,
         .synopsis = "",
         .summary = "Tells how the whole is: the last tick, what runs, waits and failed, what is due next.",
         .examples = {"escher-cron status", "escher-cron status --json"},
         .run = run_status},
    };
}

std::vector<Subcommand> inside_commands()
{
    return {
        {.name = "progress",
         .group = Group::inside,
         .synopsis = "PERCENT|N/M [TEXT]",
         .summary = "Inside a job: tells how far it is.",
         .options = {{"job", 0, "ID", "instead of $ESCHER_JOB_ID"}, {"run", 0, "ID", "instead of $ESCHER_RUN_ID"}},
         .examples = {"escher-cron progress 40", "escher-cron progress 3/8 'resizing photo 3'"},
         .min_positional = 1,
         .max_positional = 2,
         .run = run_progress},
        {.name = "message",
         .group = Group::inside,
         .synopsis = "[--level LEVEL] TEXT",
         .summary = "Inside a job: leaves a message for people.",
         .options = {{"level", 'l', "LEVEL", "debug, info, warning or error (default info)"},
                     {"job", 0, "ID", "instead of $ESCHER_JOB_ID"},
                     {"run", 0, "ID", "instead of $ESCHER_RUN_ID"}},
         .examples = {"escher-cron message 'skipped 3 broken images'",
                      "escher-cron message --level error 'the feed is empty'"},
         .min_positional = 1,
         .max_positional = 1,
         .run = run_message},
        {.name = "note",
         .group = Group::inside,
         .synopsis = "KEY JSON",
         .summary = "Inside a job: keeps a piece of data with it.",
         .options = {{"job", 0, "ID", "instead of $ESCHER_JOB_ID"}, {"run", 0, "ID", "instead of $ESCHER_RUN_ID"}},
         .examples = {"escher-cron note result '{\"rows\": 1200}'", "escher-cron note url '\"/reports/17.pdf\"'"},
         .min_positional = 2,
         .max_positional = 2,
         .run = run_note},
    };
}

std::vector<Subcommand> schedule_commands()
{
    return {
        {.name = "next",
         .group = Group::schedules,
         .synopsis = "[options] [SCHEDULE | CRON-EXPRESSION]",
         .summary = "Tells when schedules, or any cron expression, are due next.",
         .options = {{"tz", 0, "ZONE", "in this time zone, like Europe/Berlin"},
                     {"from", 0, "TIME", "counted from then"},
                     {"count", 'n', "N", "how many times (default 5)"}},
         .examples = {"escher-cron next", "escher-cron next nightly -n 10",
                      "escher-cron next '*/15 9-17 * * mon-fri' --tz Europe/Berlin"},
         .max_positional = 5,
         .run = run_next},
        {.name = "plan",
         .group = Group::schedules,
         .synopsis = "[--at TIME]",
         .summary = "Tells what a tick would do then: a line and a reason per job. Changes nothing.",
         .options = {{"at", 0, "TIME", "instead of now"}},
         .examples = {"escher-cron plan", "escher-cron plan --at +1h"},
         .run = run_plan},
    };
}

std::vector<Subcommand> administration_commands()
{
    return {
        {.name = "pause",
         .group = Group::administration,
         .synopsis = "[options] [QUEUE]",
         .summary = "Starts no more jobs of a queue, or of any; those that run go on.",
         .options = {{"for", 0, "DURATION", "resume by itself after this long"},
                     {"reason", 0, "TEXT", "shown with every job that waits for it"}},
         .examples = {"escher-cron pause mail --for 2h --reason 'relay is down'", "escher-cron pause"},
         .max_positional = 1,
         .run = run_pause},
        {.name = "resume",
         .group = Group::administration,
         .synopsis = "[QUEUE]",
         .summary = "Ends a pause of a queue, or of all queues.",
         .examples = {"escher-cron resume mail", "escher-cron resume"},
         .max_positional = 1,
         .run = run_resume},
        {.name = "init",
         .group = Group::administration,
         .synopsis = "[--group GROUP [--owner USER]]",
         .summary = "Creates the database, so that a group can share it, and the private place of the ticks.",
         .options = {{"group", 0, "GROUP", "who may create jobs too, like www-data"},
                     {"owner", 0, "USER", "whose the shared database is; root's: escher-cron"}},
         .examples = {"escher-cron init", "escher-cron init --group www-data"},
         .run = run_init},
        {.name = "check",
         .group = Group::administration,
         .synopsis = "[--full]",
         .summary = "Checks config, permissions, database and cron, and says how to mend what is wrong.",
         .options = {{"full", 0, "", "read the whole database too"}},
         .examples = {"escher-cron check", "escher-cron -c ./try.toml check"},
         .run = run_check},
        {.name = "accept",
         .group = Group::administration,
         .synopsis = "--list | --run | --cancel | --only ID...",
         .summary = "Decides what becomes of the jobs of a database that was restored or copied.",
         .options = {{"list", 0, "", "show the jobs that are not done, and what is known of them"},
                     {"run", 0, "", "let all of them run"},
                     {"cancel", 0, "", "cancel those that may have run"},
                     {"only", 0, "", "let these run, cancel the others that may have run"}},
         .examples = {"escher-cron accept --list", "escher-cron accept --only 17 18"},
         .max_positional = any_number,
         .run = run_accept},
        {.name = "prune",
         .group = Group::administration,
         .synopsis = "[--dry-run]",
         .summary = "Deletes finished jobs that [retention] no longer keeps, and their output.",
         .options = {{"dry-run", 0, "", "only tell what would go"}},
         .examples = {"escher-cron prune --dry-run"},
         .run = run_prune},
        {.name = "metrics",
         .group = Group::administration,
         .synopsis = "",
         .summary = "Prints what status knows in the text format of Prometheus.",
         .examples = {"escher-cron metrics"},
         .run = run_metrics},
    };
}

std::vector<Subcommand> make_commands()
{
    std::vector<Subcommand> all = {
        {.name = "",
         .group = Group::hidden,
         .synopsis = "[--once]",
         .summary = "A tick: runs what is due. Silent under cron unless a person must act.",
         .options = {{"once", 0, "", "by hand: narrate, wait for the lock, exit with 1 if a job failed"},
                     {"detached", 0, "", ""}},
         .examples = {"* * * * * escher-cron", "escher-cron --once"},
         .run = run_tick_command}};
    for (auto&& group : {creating_commands(), watching_commands(), inside_commands(), schedule_commands(),
                         administration_commands()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

} // namespace

std::span<const Subcommand> commands()
{
    static const std::vector<Subcommand> all = make_commands();
    return all;
}

std::span<const Option> global_options()
{
    static const std::array<Option, 8> all = {{
        {"config", 'c', "FILE", "the config"},
        {"json", 0, "", "one JSON object on stdout"},
        {"quiet", 'q', "", "no narration"},
        {"verbose", 'v', "", "more of it", true},
        {"color", 0, "WHEN", "auto, always or never"},
        {"utc", 0, "", "times in UTC"},
        {"help", 'h', "", "help for the command"},
        {"version", 'V', "", "the version"},
    }};
    return all;
}

const Subcommand* find_command(const std::string& name)
{
    const auto all = commands();
    const auto found = std::ranges::find(all, name, &Subcommand::name);
    return found == all.end() ? nullptr : &*found;
}

} // namespace escher::cli
