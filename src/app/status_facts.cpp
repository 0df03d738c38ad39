#include "app/status_facts.hpp"

#include "app/history.hpp"
#include "app/unsupervised.hpp"
#include "core/cron_health.hpp"

#include <algorithm>

namespace escher {

namespace {

std::int64_t bytes_of(const std::filesystem::path& file)
{
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(file, missing);
    return missing ? 0 : static_cast<std::int64_t>(bytes);
}

} // namespace

std::vector<std::string> status_warnings(const StatusFacts& facts)
{
    std::vector<std::string> warnings;
    const auto& last = facts.summary.last_tick;
    if (facts.held)
        warnings.push_back(*facts.held);
    if (facts.needs_cron && !facts.held) // a tick that holds leaves no trace in the database
        if (auto trouble = cron_trouble(last, facts.live_tick.has_value(), facts.now))
            warnings.push_back(std::move(*trouble));
    if (last && !last->error.empty())
        warnings.push_back("the last tick said: " + last->error);
    return warnings;
}

std::optional<Time> soonest_due(const StatusFacts& facts)
{
    std::optional<Time> soonest = facts.summary.next_due;
    for (const auto& schedule : facts.schedules)
        if (schedule.next && (!soonest || *schedule.next < *soonest))
            soonest = schedule.next;
    return soonest;
}

bool needs_cron(const Config& config)
{
    return config.run.mode == RunMode::cron || !config.schedules.empty();
}

StatusFacts read_status(Session& session, Time now)
{
    const Config& config = session.config();
    Store& store = session.store(Access::read);
    const PrivateView& view = session.private_view();
    const std::string wal = config.database.path.string() + "-wal";
    StatusFacts facts{.now = now,
                      .mode = config.run.mode,
                      .needs_cron = needs_cron(config),
                      .summary = store.summary(),
                      .live_tick = {},
                      .oldest_running = {},
                      .unsupervised = {},
                      .pauses = store.occupancy(session.limits(), now).pauses,
                      .schedules = {},
                      .held = why_held(config, store, view),
                      .hold_is_hidden = view.seen_is_hidden(),
                      .database = config.database.path.string(),
                      .database_bytes = bytes_of(config.database.path) + bytes_of(wal)};
    if (const auto holder = view.lock_holder())
        facts.live_tick = StatusFacts::LiveTick{.pid = holder->pid, .since = holder->since};
    for (const auto& [job, run] : store.running_jobs(std::nullopt)) {
        if (run.claimed_at > Time{}) // else a foreign row without a run
            facts.oldest_running = std::min(facts.oldest_running.value_or(run.claimed_at), run.claimed_at);
        if (why_unsupervised(run, view.mark_lives))
            facts.unsupervised.push_back(job.id);
    }
    for (const Schedule& schedule : config.schedules)
        facts.schedules.push_back(schedule_standing(schedule, store, now));
    return facts;
}

} // namespace escher
