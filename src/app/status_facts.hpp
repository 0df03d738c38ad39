#pragma once

#include "app/schedule_standing.hpp"
#include "app/session.hpp"

#include <escher/store.hpp>

#include <string>
#include <vector>

namespace escher {

/// What `status` has found out.
struct StatusFacts {
    Time now{};
    RunMode mode = RunMode::cron;
    bool needs_cron = true;
    Summary summary;

    struct LiveTick {
        std::int64_t pid = 0; ///< 0: not told
        Time since{};
    };
    std::optional<LiveTick> live_tick; ///< one holds or awaits the lock

    std::optional<Time> oldest_running; ///< when the job that runs longest was claimed
    std::vector<JobId> unsupervised; ///< running jobs whose tick is gone, oldest claim first

    std::vector<Pause> pauses;
    std::vector<ScheduleStanding> schedules; ///< those of the config

    std::optional<std::string> held; ///< why no tick starts anything: the database was restored or copied
    bool hold_is_hidden = false; ///< whether ticks hold is not known: this user may not read the lock file
    std::string database;
    std::int64_t database_bytes = 0; ///< with its WAL
};

/// True if something waits for ticks that nobody but cron starts: in automatic mode only schedules do, and retries.
[[nodiscard]] bool needs_cron(const Config& config);

/// Throws Error as the store does.
[[nodiscard]] StatusFacts read_status(Session& session, Time now);

/// What a person must act upon: cron seems stopped, the last tick's error. Empty: all well.
[[nodiscard]] std::vector<std::string> status_warnings(const StatusFacts& facts);

/// The earliest time at which a job that is there, or one that an enabled schedule creates, comes due. One that has
/// passed waits for a tick. None: nothing is ahead.
[[nodiscard]] std::optional<Time> soonest_due(const StatusFacts& facts);

} // namespace escher
