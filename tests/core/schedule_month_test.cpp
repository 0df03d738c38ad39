#include "core/next_time.hpp"
#include "core/schedule_step.hpp"
#include "core/time_text.hpp"
#include "schedule_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

using namespace escher;
using namespace escher::test;
using namespace std::chrono_literals;

// A month of ticks with a fake clock: outages, steps of the clock, reboots and changes of the config at random. Beside
// the schedules' own memory the test keeps a simple record of what was asked of them, and compares.

namespace {

using Random = std::mt19937_64;

/// For how long a schedule stood in the config unchanged.
struct Life {
    Schedule schedule;
    Time since{}; ///< due times after this count
    Time until{}; ///< up to and including this
};

struct Month {
    explicit Month(std::uint64_t seed) : random(seed) {}

    int draw(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }
    bool chance(int one_in) { return draw(1, one_in) == 1; }

    Random random;
    ScheduleWorld world;
    std::map<std::string, Life> alive;
    std::vector<Life> ended;
    std::map<std::string, std::vector<std::pair<JobId, Time>>> jobs; ///< unfinished ones and when they end
    std::int64_t last_job = 0;
    int names = 0;
    int created = 0;
    int held = 0;
    int boots = 1;
    std::map<std::string, std::set<std::string>> boots_served;

    Schedule random_schedule()
    {
        const char* const expressions[] = {"*/5 * * * *",  "30 2 * * *",    "0,30 2 * * *",
                                           "15 1-3 * * *", "0 * * * *",     "*/20 1-3 * * *",
                                           "7 4 * * 1-5",  "0 12 1,15 * *", "45 23 * * *"};
        const char* const zones[] = {"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"};
        const std::string name = "s" + std::to_string(++names);
        // Never so often that the longest outage would need a row that stands for many due times.
        Schedule schedule = chance(6)
                                ? make_schedule(name, Every{std::chrono::minutes(draw(5, 300))}, zones[draw(0, 3)])
                            : chance(8) ? make_schedule(name, "@reboot")
                                        : make_schedule(name, expressions[draw(0, 8)], zones[draw(0, 3)]);
        schedule.catch_up = static_cast<CatchUp>(draw(0, 2));
        schedule.overlap = static_cast<Overlap>(draw(0, 3));
        if (chance(3))
            schedule.deadline = std::chrono::minutes(draw(1, 120));
        if (chance(3))
            schedule.jitter = std::chrono::minutes(draw(1, 20));
        return schedule;
    }

    void end_life(const std::string& name)
    {
        const auto life = alive.find(name);
        if (life == alive.end())
            return;
        ended.push_back(life->second);
        alive.erase(life);
    }

    /// Adds, removes, changes, switches off and on.
    void change_config()
    {
        auto& schedules = world.schedules;
        const int what = draw(0, 4);
        if (what == 0 || schedules.size() < 8) {
            schedules.push_back(random_schedule());
        } else {
            const auto which = schedules.begin() + draw(0, static_cast<int>(schedules.size()) - 1);
            if (what == 1) {
                end_life(which->name);
                schedules.erase(which);
            } else if (what == 2) {
                Schedule changed = random_schedule();
                if (changed.text == which->text && changed.zone_name == which->zone_name)
                    return;
                end_life(which->name);
                changed.name = which->name;
                changed.call = which->call;
                *which = changed;
            } else if (what == 3) {
                which->enabled = !which->enabled;
                end_life(which->name);
            } else {
                which->overlap = static_cast<Overlap>(draw(0, 3)); // no new definition
                if (alive.contains(which->name))
                    alive.at(which->name).schedule = *which;
            }
        }
        std::sort(schedules.begin(), schedules.end(),
                  [](const Schedule& a, const Schedule& b) { return a.name < b.name; });
    }

    void finish_jobs(Time now)
    {
        for (auto& [name, list] : jobs) {
            std::erase_if(list, [&](const auto& job) { return job.second <= now; });
            auto& ids = world.unfinished[name];
            ids.clear();
            for (const auto& job : list)
                ids.push_back(job.first);
        }
    }

    void tick(Time now)
    {
        finish_jobs(now);
        const std::optional<Time> decided = world.memory.evaluated_until;
        const ScheduleOutcome outcome = world.step(now);
        REQUIRE_FALSE(world.twice);
        REQUIRE((!decided || outcome.step.evaluated_until >= *decided));
        const bool is_held = decided && *decided - now > std::chrono::days(366);
        if (is_held) {
            ++held;
            REQUIRE(outcome.step.occurrences.empty());
            REQUIRE(outcome.step.marks.empty());
            REQUIRE(outcome.warnings.size() == 1);
            return;
        }
        for (const Schedule& schedule : world.schedules) {
            if (!schedule.enabled)
                continue;
            const auto life = alive.find(schedule.name);
            if (life == alive.end()) {
                const Time since = std::max(now, decided.value_or(now));
                alive[schedule.name] = {schedule, since, since};
                boots_served[schedule.name] = {world.boot_id};
            } else {
                life->second.until = std::max(life->second.until, now);
            }
        }
        check_rows(outcome, decided.value_or(now), now);
    }

    void check_rows(const ScheduleOutcome& outcome, Time decided, Time now)
    {
        std::map<std::string, int> created_of;
        for (const NewOccurrence& row : outcome.step.occurrences) {
            const std::string& name = row.occurrence.schedule;
            REQUIRE(alive.contains(name));
            const Schedule& schedule = alive.at(name).schedule;
            const Time nominal = row.occurrence.nominal_at;
            if (std::holds_alternative<AtReboot>(schedule.recurrence)) {
                REQUIRE(boots_served[name].insert(world.boot_id).second);
            } else {
                REQUIRE(nominal > decided);
                REQUIRE(nominal <= now);
            }
            REQUIRE(row.creates.has_value() == (row.occurrence.result == OccurrenceResult::created));
            if (!row.creates) {
                REQUIRE_FALSE(row.occurrence.reason.empty());
                continue;
            }
            check_job(row, schedule, created_of[name]++, now);
        }
        for (const auto& [name, count] : created_of)
            if (alive.at(name).schedule.catch_up == CatchUp::latest)
                REQUIRE(count == 1);
    }

    void check_job(const NewOccurrence& row, const Schedule& schedule, int earlier, Time now)
    {
        const NewJob& job = *row.creates;
        auto& unfinished = jobs[schedule.name];
        const Time nominal = row.occurrence.nominal_at;
        REQUIRE(*job.run_at >= nominal);
        REQUIRE(*job.run_at <= nominal + schedule.jitter);
        if (schedule.deadline)
            REQUIRE(std::max(now, *job.run_at) - nominal <= *schedule.deadline);
        if (schedule.catch_up == CatchUp::none && !std::holds_alternative<AtReboot>(schedule.recurrence))
            REQUIRE(now - nominal <= 2min);
        switch (schedule.overlap) {
        case Overlap::skip:
            REQUIRE(unfinished.empty());
            break;
        case Overlap::queue:
            REQUIRE(unfinished.size() <= 1);
            REQUIRE(earlier == 0);
            REQUIRE(job.after.size() == unfinished.size());
            break;
        case Overlap::allow:
            break;
        case Overlap::replace:
            REQUIRE(earlier == 0);
            REQUIRE(row.replaces.size() == unfinished.size());
            unfinished.clear();
            break;
        }
        const Time begins = std::max(now, *job.run_at);
        unfinished.emplace_back(JobId{++last_job}, begins + std::chrono::seconds(draw(1, 3000)));
        ++created;
    }

    /// Each due time of each life is on record, and nothing else is.
    void check_ledger()
    {
        while (!alive.empty())
            end_life(alive.begin()->first);
        std::set<std::pair<std::string, Time>> expected;
        for (const Life& life : ended) {
            const Schedule& schedule = life.schedule;
            CAPTURE(schedule.name);
            CAPTURE(schedule.text);
            if (std::holds_alternative<AtReboot>(schedule.recurrence))
                continue;
            for (auto due = next_due(schedule.recurrence, *schedule.zone, life.since); due && due->at <= life.until;
                 due = next_due(schedule.recurrence, *schedule.zone, due->at)) {
                CAPTURE(format_rfc3339(due->at, *schedule.zone));
                REQUIRE(world.ledger.contains({schedule.name, due->at}));
                expected.emplace(schedule.name, due->at);
            }
            for (const DroppedTime& time :
                 dropped_times(schedule.recurrence, *schedule.zone, life.since, life.until)) {
                REQUIRE(world.ledger.at({schedule.name, time.at}).occurrence.result == OccurrenceResult::dropped);
                expected.emplace(schedule.name, time.at);
            }
        }
        for (const auto& [key, row] : world.ledger)
            if (!boots_only(key.first))
                REQUIRE(expected.contains(key));
    }

    /// True if some life of that name was of @reboot: its due times are whatever the clock said then.
    bool boots_only(const std::string& name) const
    {
        return std::any_of(ended.begin(), ended.end(), [&](const Life& life) {
            return life.schedule.name == name && std::holds_alternative<AtReboot>(life.schedule.recurrence);
        });
    }
};

} // namespace

TEST_CASE("a month of ticks with outages, clock steps, reboots and config changes leaves a complete ledger")
{
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        Month month(seed);
        for (int i = 0; i < 12; ++i)
            month.change_config();
        // Half of the months have the clocks of Europe put forward, half put back.
        const Time begin = at(seed % 2 == 0 ? "2026-03-10T00:00:00Z" : "2026-10-10T00:00:00Z");
        Time now = begin;
        Duration error{}; // of the clock
        while (now < begin + std::chrono::days(30)) {
            now += 1min;
            if (month.chance(700)) { // an outage
                now += std::chrono::minutes(month.draw(2, month.chance(5) ? 2500 : 200));
                if (month.chance(3))
                    month.world.boot_id = "boot-" + std::to_string(++month.boots);
            }
            if (month.chance(2000)) // the clock is set wrong, mostly by a little
                error = std::chrono::minutes(month.draw(-180, 180)) * (month.chance(6) ? 20 : 1);
            if (month.chance(500))
                error = 0ms;
            if (month.chance(200))
                month.change_config();
            const bool lost = month.chance(3000); // the clock's battery
            month.tick(lost ? now - std::chrono::days(1000) : now + error + std::chrono::seconds(month.draw(0, 5)));
            if (month.chance(20)) // a tick that lives on looks again
                month.tick(now + error + 20s);
        }
        month.check_ledger();
        CHECK(month.created > 300);
        CHECK(month.held > 0);
        CHECK(month.ended.size() > 30);
    }
}
