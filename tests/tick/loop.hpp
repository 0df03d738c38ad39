#pragma once

#include "core/zone.hpp"
#include "fake_executor.hpp"
#include "fake_store.hpp"
#include "tick/tick.hpp"

namespace escher::test {

/// The loop among fakes: what every test of it starts from.
struct Loop {
    FakeClock clock;
    FakeStore store;
    FakeExecutor jobs{clock};
    Config config;
    TickSetup setup;
    TickLock lock;
    TickEvents events;
    bool newer_tick = false; ///< has announced itself
    int released = 0;
    int retaken = 0;
    bool retake_succeeds = true;
    std::function<void()> on_release;
    std::vector<std::string> warnings;

    Loop()
    {
        config.run.concurrency = 2;
        config.policies.commands = CommandTrust::any;
        config.policies.defaults.jitter_percent = 0;
        setup.self = {{42, 1, "boot"}, 5000};
        setup.boot_id = "boot";
        lock.still_ours = [this] { return !newer_tick; };
        lock.release = [this] {
            ++released;
            if (on_release)
                on_release();
        };
        lock.retake = [this] {
            ++retaken;
            return retake_succeeds;
        };
        events.warning = [this](const std::string& text) { warnings.push_back(text); };
    }

    TickReport run()
    {
        return run_tick(
            store, jobs, lock, config, setup, [this] { return clock.now(); }, events);
    }

    /// The config gets a schedule "s" that runs /bin/true.
    void schedule_each_minute()
    {
        Schedule schedule;
        schedule.name = "s";
        schedule.recurrence = Every{std::chrono::minutes(1)};
        schedule.text = "every 1m";
        schedule.zone_name = "UTC";
        schedule.zone = std::make_shared<Zone>(Zone::utc());
        schedule.call = {"schedule:s", {}};
        config.schedules = {schedule};
        Task task;
        task.name = "schedule:s";
        task.argv = {"/bin/true"};
        config.policies.tasks["schedule:s"] = task;
    }

    /// A job that an older tick has started.
    RunId add_theirs(Liveness liveness)
    {
        const RunId run = store.add_running(clock.now(), {{41, 1, "boot"}, 4000});
        jobs.others[run] = liveness;
        return run;
    }

    /// As the older tick records it.
    void end_theirs(JobId id)
    {
        Job& theirs = store.jobs.at(id);
        theirs.state = JobState::completed;
        theirs.run.reset();
        store.has_changed = true;
    }

    [[nodiscard]] const Job& job(JobId id) const { return store.jobs.at(id); }
};

} // namespace escher::test
