#include "app/history.hpp"

#include "core/duration.hpp"
#include "core/output_name.hpp"
#include "core/time_text.hpp"
#include "core/zone.hpp"
#include "os/host.hpp"
#include "os/machine_mark.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace escher {

namespace {

using namespace std::chrono_literals;

constexpr Duration said_again_after = 1h;

/// Looks where the database says that its lock is, if that is not the one that we have.
void look_for_bound_lock(HistoryFacts& facts, const std::filesystem::path& database)
try {
    const auto bound = os::file_mark(facts.store.lock);
    facts.bound_lock_exists = bound && bound != facts.lock;
    facts.bound_lock_has_moved = !bound && facts.store.lock == database.parent_path() / "run.lock";
} catch (const Error&) {
    facts.bound_lock_exists = true; // not to be seen by this user: with a lock there, two ticks would run at once
}

HistoryFacts gather(const Config& config, Store& store, const os::SeenMemory& seen)
{
    HistoryFacts facts;
    facts.store = store.identity();
    auto answer = seen.look_up(facts.store.instance);
    facts.seen = std::move(answer.seen);
    facts.seen_is_damaged = answer.damaged;
    facts.here.path = config.database.path.string();
    facts.here.file = os::file_mark(config.database.path).value_or(FileMark{});
    facts.here.machine.boot = os::boot_id();
    facts.lock = seen.file;
    facts.lock_path = config.run.lock.string();
    if (facts.store.lock != facts.lock_path && !facts.store.lock.empty())
        look_for_bound_lock(facts, config.database.path);
    facts.hardware = seen.hardware;
    return facts;
}

} // namespace

History::History(const Config& config, Store& store, os::SeenMemory seen)
    : config_(config), store_(store), seen_(std::move(seen)), facts_(gather(config, store, seen_)),
      verdict_(escher::judge_history(facts_)), noted_(facts_.seen.value_or(Seen{}))
{
}

Home History::home_here() const
{
    Home home = facts_.here;
    home.machine.hardware = seen_.hardware();
    return home;
}

void History::settle_in(Time now)
{
    if (verdict_.kind != HistoryVerdict::Kind::adopt)
        return;
    const Home home = home_here();
    if (to_text(home) != facts_.store.home || facts_.lock_path != facts_.store.lock)
        store_.settle_in(to_text(home), facts_.lock_path);
    write(facts_.store.generation, std::max(facts_.store.last_run, noted_.run),
          std::max(facts_.store.last_job, noted_.job), now);
}

std::optional<std::string> History::note(std::span<const Claim> claims, Time now)
{
    if (claims.empty())
        return std::nullopt;
    RunId lowest = claims.front().run;
    RunId highest = lowest;
    JobId job = noted_.job;
    for (const Claim& claim : claims) {
        lowest = std::min(lowest, claim.run);
        highest = std::max(highest, claim.run);
        job = std::max(job, claim.job.id);
    }
    if (lowest > noted_.run) {
        write(noted_.generation, highest, job, now);
        return std::nullopt;
    }
    HistoryVerdict verdict{.kind = HistoryVerdict::Kind::rolled_back,
                           .why = fmt::format("it gave out the number of run {} again, which this host has started "
                                              "before: an older state of it was restored while a tick had it open",
                                              static_cast<std::int64_t>(lowest)),
                           .warning = {}};
    // What was claimed here is taken back, but its numbers stay given: what the next tick finds is to be less than this.
    write(noted_.generation, RunId(static_cast<std::int64_t>(std::max(noted_.run, highest)) + 1), job, now);
    return describe_hold(verdict, store_.summary(), config_);
}

void History::write(const std::string& generation, RunId run, JobId job, Time now)
{
    noted_ = {.instance = facts_.store.instance,
              .generation = generation,
              .run = run,
              .job = job,
              .lock = facts_.lock,
              .machine = MachineMark{.boot = facts_.here.machine.boot, .hardware = seen_.hardware()},
              .at = now};
    seen_.write(noted_);
}

std::string History::hold_key() const
{
    return fmt::format("{}.{}.{}.{}", facts_.store.instance, facts_.store.generation.substr(0, 8),
                       static_cast<std::int64_t>(facts_.store.last_run), facts_.here.file.inode);
}

Time History::held_since(Time now)
{
    const auto hold = seen_.hold();
    if (hold && hold->key == hold_key())
        return hold->since;
    seen_.write_hold({hold_key(), now, Time{}});
    return now;
}

bool History::say_it(Time now)
{
    const Time since = held_since(now);
    const auto hold = seen_.hold();
    if (hold && hold->key == hold_key() && hold->said <= now && now - hold->said < said_again_after)
        return false;
    seen_.write_hold({hold_key(), since, now});
    return true;
}

Accepted History::accept(Acceptance decision, Time now)
{
    decision.beyond_run = noted_.run;
    decision.beyond_job = noted_.job;
    decision.home = to_text(home_here());
    decision.lock = facts_.lock_path;
    decision.close_runs = verdict_.kind == HistoryVerdict::Kind::copied;
    auto accepted = store_.accept(decision, now);
    const auto store = store_.identity();
    seen_.clear_damaged();
    write(accepted.generation, store.last_run, store.last_job, now);
    seen_.write_hold({"-", now, now});
    return accepted;
}

std::set<JobId> History::run_since() const
{
    std::set<JobId> jobs;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(config_.output.directory, missing))
        if (const auto names = parse_output_name(entry.path().filename().string()))
            if (names->second > facts_.store.last_run)
                jobs.insert(names->first);
    return jobs;
}

std::optional<HistoryVerdict> judge_history(const Config& config, Store& store, const PrivateView& view)
{
    const auto seen = view.seen();
    if (!seen)
        return std::nullopt;
    return judge_history(gather(config, store, *seen));
}

std::string describe_hold(const HistoryVerdict& verdict, const Summary& summary, const Config& config)
{
    std::int64_t waiting = 0;
    for (const auto state : {JobState::available, JobState::scheduled, JobState::retryable, JobState::running})
        if (const auto found = summary.jobs.find(state); found != summary.jobs.end())
            waiting += found->second;
    const std::string command =
        config.file.empty() ? "escher-cron" : fmt::format("escher-cron -c {}", config.file.string());
    return fmt::format(
        "HELD: nothing is started from the database '{}': {}{}. {} unfinished job{} may have run since, or "
        "may yet run elsewhere. '{} accept --list' shows them; accept --run, --cancel or --only ID... "
        "decides",
        config.database.path.string(), verdict.why,
        summary.last_tick
            ? " (its last tick was at " + format_rfc3339(summary.last_tick->started_at, Zone::utc()) + ")"
            : "",
        waiting, waiting == 1 ? "" : "s", command);
}

std::optional<std::string> why_held(const Config& config, Store& store, const PrivateView& view)
{
    const auto verdict = judge_history(config, store, view);
    if (!verdict || !verdict->holds())
        return std::nullopt;
    return describe_hold(*verdict, store.summary(), config);
}

void settle_new_store(const Config& config, Store& store)
{
    const auto identity = store.identity();
    if (!identity.home.empty() || identity.last_job != JobId{})
        return;
    const Home home{.path = config.database.path.string(),
                    .file = os::file_mark(config.database.path).value_or(FileMark{}),
                    .machine = MachineMark{.boot = os::boot_id(), .hardware = os::machine_hardware()}};
    store.settle_in(to_text(home), config.run.lock.string());
}

} // namespace escher
