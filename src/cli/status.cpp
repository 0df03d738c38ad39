#include "cli/context.hpp"
#include "cli/entries.hpp"
#include "cli/status_view.hpp"
#include "core/schedule_step.hpp"
#include "os/host.hpp"
#include "os/lock_file.hpp"
#include "terminal/render.hpp"

namespace escher::cli {

namespace {

std::int64_t bytes_of(const std::filesystem::path& file)
{
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(file, missing);
    return missing ? 0 : static_cast<std::int64_t>(bytes);
}

StatusFacts::ScheduleFacts facts_of(const Schedule& schedule, Store& store, const std::string& host, Time now)
{
    StatusFacts::ScheduleFacts facts{.name = schedule.name,
                                     .text = schedule.text,
                                     .enabled = schedule.enabled,
                                     .last = {},
                                     .last_job = {},
                                     .next = next_occurrence(schedule, host, now)};
    auto newest = store.occurrences(schedule.name, 1);
    if (newest.empty())
        return facts;
    facts.last = std::move(newest.front());
    if (facts.last->job)
        if (const auto job = store.find(*facts.last->job))
            facts.last_job = job->state;
    return facts;
}

} // namespace

int run_status(Context& context, const Arguments&)
{
    const Config& config = context.session.config();
    Store& store = context.session.store(sqlite::Access::read);
    const Time now = context.session.now();
    const std::string wal = config.database.path.string() + "-wal";
    StatusFacts facts{.now = now,
                      .mode = config.run.mode,
                      .summary = store.summary(),
                      .live_tick = {},
                      .pauses = store.occupancy(context.session.limits(), now).pauses,
                      .schedules = {},
                      .database = config.database.path.string(),
                      .database_bytes = bytes_of(config.database.path) + bytes_of(wal)};
    if (const auto holder = os::LockFile::holder(config.run.lock))
        facts.live_tick = {.pid = holder->pid, .since = holder->since};
    const std::string host = os::host_name();
    for (const Schedule& schedule : config.schedules)
        facts.schedules.push_back(facts_of(schedule, store, host, now));
    if (context.console.json)
        context.console.out(status_json(facts));
    else
        context.console.out(status_text(facts, {.terminal = context.console.out_terminal,
                                                .color = context.console.color,
                                                .width = terminal_width(),
                                                .zone = &context.session.zone()}));
    return 0;
}

} // namespace escher::cli
