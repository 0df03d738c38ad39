#include <doctest/doctest.h>

#include "app/plan.hpp"
#include "core/cron.hpp"
#include "core/zone.hpp"
#include "sqlite/open_store.hpp"
#include "temporary_directory.hpp"
#include "tick/scheduling.hpp"
#include "tick/tick.hpp"

#include <algorithm>
#include <random>

using namespace escher;
using namespace std::chrono_literals;

namespace {

const Time now(1'900'000'000s);

/// Starts everything, and lets all of it end well once the tick has nothing more at hand and waits for it.
class Obedient final : public Executor {
public:
    std::vector<JobId> first_started; ///< before anything ended

    StartResult start(const LaunchSpec& spec, const Claim&) override
    {
        running_.push_back(spec.run);
        if (!waited_)
            first_started.push_back(spec.job);
        return Started{{.pid = 1, .start_ticks = 1, .boot_id = "boot"}};
    }
    std::vector<RunEnded> wait(Duration at_most) override
    {
        if (at_most == Duration::zero())
            return {}; // refused jobs are on the way into the store: their slots are claimed again
        waited_ = true;
        std::vector<RunEnded> ended;
        for (const RunId run : std::exchange(running_, {}))
            ended.push_back({.run = run, .outcome = Exited{0}, .usage = {}, .output = {}});
        return ended;
    }
    void stop(RunId, Duration, bool) override {}
    void release(RunId) override {}
    std::size_t running() const override { return running_.size(); }
    bool owns(RunId) const override { return true; }
    std::optional<int> stop_signal() const override { return std::nullopt; }
    Liveness examine(const Run&) const override { return Liveness::supervised; }
    void kill_remains(const Run&) override {}
    void discard_output(std::span<const std::string>) override {}

private:
    std::vector<RunId> running_;
    bool waited_ = false;
};

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int roll(int least, int most) { return std::uniform_int_distribution<int>(least, most)(engine_); }
    bool chance(int percent) { return roll(1, 100) <= percent; }
    std::string pick(const std::vector<std::string>& from)
    {
        return from[static_cast<std::size_t>(roll(0, static_cast<int>(from.size()) - 1))];
    }

private:
    std::mt19937 engine_;
};

void fill(Store& store, Dice& dice)
{
    std::vector<JobId> known;
    for (int i = 0; i < 30; ++i) {
        NewJob job;
        job.work = Command{{"true"}};
        if (dice.chance(10))
            job.work = TaskCall{dice.pick({"nonesuch", "report"}), {}};
        job.queue = dice.pick({"default", "mail", "slow"});
        job.priority = dice.roll(-2, 2);
        job.run_at = now + std::chrono::seconds(dice.roll(-100, 40));
        job.concurrency_key = dice.pick({"", "", "a", "b"});
        if (dice.chance(40)) {
            job.schedule = dice.pick({"s0", "s1"});
            job.nominal_at = now - std::chrono::minutes(dice.roll(0, 30));
        }
        if (!known.empty() && dice.chance(20))
            job.after = {{known[static_cast<std::size_t>(dice.roll(0, static_cast<int>(known.size()) - 1))], false}};
        known.push_back(store.create(std::span(&job, 1), now - 200s).front().id);
    }
    if (dice.chance(25))
        store.pause(
            {.queue = dice.pick({"", "mail", "slow"}), .since = now - 1s, .until = {}, .by = "", .reason = ""});
    if (dice.chance(25))
        store.cancel(known.front(), "", now - 1s);
}

Schedule schedule_of(int number, Dice& dice)
{
    Schedule schedule;
    schedule.name = "s" + std::to_string(number);
    schedule.recurrence = Every{std::chrono::minutes(dice.roll(1, 9))};
    schedule.text = normalize(schedule.recurrence);
    schedule.zone_name = "UTC";
    schedule.zone = std::make_shared<const Zone>(Zone::utc());
    schedule.call.task = dice.pick({"report", "nonesuch"});
    schedule.catch_up = dice.chance(50) ? CatchUp::latest : CatchUp::all;
    if (dice.chance(50))
        schedule.deadline = std::chrono::minutes(dice.roll(1, 10));
    schedule.overlap = dice.chance(50) ? Overlap::skip : dice.chance(50) ? Overlap::allow : Overlap::replace;
    return schedule;
}

Config config_of(Dice& dice)
{
    Config config;
    Task report;
    report.name = "report";
    report.argv = {"true"};
    report.policy.queue = dice.pick({"default", "mail"});
    config.policies.tasks["report"] = report;
    for (int i = 0; i < 4; ++i)
        config.schedules.push_back(schedule_of(i, dice));
    config.run.concurrency = dice.roll(1, 6);
    config.policies.commands = CommandTrust::any;
    config.policies.queues["mail"].limits.concurrency = dice.roll(1, 3);
    config.policies.queues["slow"].limits.rate = Rate{dice.roll(1, 4), 1min};
    if (dice.chance(30))
        config.aging = 10s;
    return config;
}

/// What a tick starts before the first of it ends.
std::vector<JobId> first_starts(Store& store, const Config& config, const RunnerIdentity& self)
{
    Obedient jobs;
    TickLock lock{.still_ours = [] { return true; }, .release = [] {}, .retake = [] { return false; }};
    TickSetup setup;
    setup.self = self;
    setup.boot_id = self.process.boot_id;
    run_tick(store, jobs, lock, config, setup, [] { return now; });
    return jobs.first_started;
}

} // namespace

TEST_CASE("what a plan starts is what the next tick starts, over random databases")
{
    const RunnerIdentity self{.process = {.pid = 42, .start_ticks = 1, .boot_id = "boot"}, .mark = 2000};
    int started = 0;
    int refused = 0;
    int late = 0;
    int decided = 0;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Dice dice(seed);
        const TemporaryDirectory root;
        sqlite::OpenOptions options;
        options.file = root / "jobs.db";
        options.access = Access::create;
        const auto store = sqlite::open_store(options);
        const Config config = config_of(dice);
        schedule_due(*store, config, {.host = "", .boot_id = "boot"}, now - 20min);
        fill(*store, dice);

        options.access = Access::read;
        const auto copy = sqlite::copy_store(options);
        const Plan plan = make_plan(
            *copy, config,
            {.runner = self, .host = "", .boot_id = "boot", .load = 0, .clock = {}, .unsupervised = {}}, now);
        std::vector<JobId> planned;
        for (const PlannedJob& job : plan.jobs) {
            if (job.action == PlannedJob::Action::start)
                planned.push_back(job.job.id);
            else
                CHECK_FALSE(job.reason.empty());
        }
        CHECK(planned == first_starts(*store, config, self));
        for (const PlannedJob& job : plan.jobs)
            if (job.action == PlannedJob::Action::refuse) {
                const auto ended = store->find(job.job.id);
                const bool too_late = ended->state == JobState::cancelled;
                CHECK((too_late || ended->state == JobState::invalid));
                CHECK(ended->reason == job.reason);
                ++(too_late ? late : refused);
            }
        for (const Occurrence& occurrence : plan.occurrences)
            CHECK(std::ranges::count_if(store->occurrences(occurrence.schedule, 1000), [&](const Occurrence& done) {
                      return done.nominal_at == occurrence.nominal_at && done.result == occurrence.result &&
                             done.job == occurrence.job;
                  }) == 1);
        started += static_cast<int>(planned.size());
        decided += static_cast<int>(plan.occurrences.size());
    }
    // It was about something.
    CHECK(started > 25);
    CHECK(refused > 25);
    CHECK(late > 15);
    CHECK(decided > 25);
}

TEST_CASE("a job whose tick is gone is said to be looked after, not to run")
{
    const TemporaryDirectory root;
    sqlite::OpenOptions options;
    options.file = root / "jobs.db";
    options.access = Access::create;
    const auto store = sqlite::open_store(options);
    NewJob job;
    job.work = Command{{"sleep", "1"}};
    job.queue = "default";
    store->create(std::vector{job, job}, now - 1min);
    ClaimRequest request;
    request.slots = 2;
    request.limits.concurrency = 2;
    request.runner = {.process = {.pid = 7, .start_ticks = 1, .boot_id = "boot"}, .mark = 2000};
    const auto claims = store->settle_and_claim({}, request, now - 1min).claims;
    REQUIRE(claims.size() == 2);

    const PlanWorld world{.runner = {.process = {.pid = 42, .start_ticks = 1, .boot_id = "boot"}, .mark = 2001},
                          .host = "",
                          .boot_id = "boot",
                          .load = 0,
                          .clock = {},
                          .unsupervised = [&](const Run& run) {
                              return run.id == claims[0].run ? std::optional<std::string>("its tick is gone")
                                                             : std::nullopt;
                          }};
    const Plan plan = make_plan(*store, Config{}, world, now);
    REQUIRE(plan.jobs.size() == 2);
    CHECK(plan.jobs[0].action == PlannedJob::Action::recover);
    CHECK(plan.jobs[0].reason == "its tick is gone");
    CHECK(plan.jobs[1].action == PlannedJob::Action::run);
}
