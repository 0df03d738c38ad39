#pragma once

#include "os/deadline.hpp"
#include "os/seen_memory.hpp"
#include "split/wire.hpp"
#include "tick/tick_lock.hpp"

#include <functional>
#include <map>
#include <memory>

namespace escher::split {

/// What the supervisor's answers rest on: all of it its own.
struct ServerSetup {
    const Config& config; ///< of a database that others write
    std::string boot_id; ///< os::boot_id()
    std::function<std::unique_ptr<Executor>(const std::string& instance)> executor;

    /// True if what this host has written down says that the program of that run was executed here.
    std::function<bool(const Run&, const std::string& instance)> was_executed;
    std::function<std::vector<RunId>(const std::string& instance)> outer_runs;
    TickLock lock; ///< which is held
    os::SeenMemory seen;
    Clock now;
    std::function<void(LogLevel, const std::string&)> log; ///< escapes what it is given
};

/// The Executor as the store process can have it. What that asks for is checked as if a stranger had sent it: it may be that
/// a writer of the database has taken it over. It decides nothing of how a job is run, and can have no job run that the
/// config does not allow a row to ask for.
///
/// What is remembered here and not believed: which runs this host has started (no number twice, none that was not written
/// down first), which jobs run (none twice at once), how many (run.concurrency), and how often a due time of a schedule
/// was served (as often as its attempts allow).
class ExecutorServer {
public:
    explicit ExecutorServer(ServerSetup setup);

    /// Does what is asked and returns the answer; none: there is none, or not yet: see due(). Throws ProtocolError where
    /// nobody asks so who is what he should be.
    [[nodiscard]] std::optional<Reply> handle(Request request);

    /// What the Executor has returned.
    void note_ended(std::vector<RunEnded> ended);

    /// When a Wait is to be answered at the latest; none: nobody waits.
    [[nodiscard]] std::optional<os::SteadyTime> waits_until() const { return waits_until_; }

    /// The answer to a Wait, once there is one.
    [[nodiscard]] std::optional<Reply> due(os::SteadyTime now);

    [[nodiscard]] Executor* jobs() const { return jobs_.get(); } ///< null: not begun
    void stop_all(); ///< because this process is to stop
    void release_lock();

    [[nodiscard]] const std::optional<Goodbye>& goodbye() const { return goodbye_; }

    /// Runs that were started, and whose results the store process has not said to have recorded.
    [[nodiscard]] std::size_t unrecorded() const { return live_.size(); }

private:
    struct Live {
        JobId job{};
        Duration kill_after{};
        bool ended = false;
    };
    using DueTime = std::pair<std::string, std::optional<Time>>;

    std::optional<Reply> serve(LookUpSeen& request);
    std::optional<Reply> serve(WriteSeen& request);
    std::optional<Reply> serve(AskHold& request);
    std::optional<Reply> serve(WriteHold& request);
    std::optional<Reply> serve(AskHardware& request);
    std::optional<Reply> serve(Begin& request);
    std::optional<Reply> serve(Start& request);
    std::optional<Reply> serve(Wait& request);
    std::optional<Reply> serve(Stop& request);
    std::optional<Reply> serve(Release& request);
    std::optional<Reply> serve(Examine& request);
    std::optional<Reply> serve(KillRemains& request);
    std::optional<Reply> serve(DiscardOutput& request);
    std::optional<Reply> serve(AskLock& request);
    std::optional<Reply> serve(ReleaseLock& request);
    std::optional<Reply> serve(RetakeLock& request);
    std::optional<Reply> serve(Log& request);
    std::optional<Reply> serve(Goodbye& request);

    [[nodiscard]] Executor& begun() const;
    [[nodiscard]] StartResult start(Claim& claim);
    [[nodiscard]] std::optional<std::string> why_not_now(const Claim& claim) const;
    [[nodiscard]] bool still_ours();

    ServerSetup setup_;
    std::string instance_; ///< empty: not said yet
    Seen noted_; ///< what this host has written down last
    RunId started_{}; ///< the highest run that may have been started, by whatever tick
    std::unique_ptr<Executor> jobs_;
    std::map<RunId, Live> live_;
    std::map<DueTime, int> served_; ///< how often something was started for it
    std::vector<RunEnded> ended_; ///< not asked for yet
    std::optional<os::SteadyTime> waits_until_;
    bool told_to_stop_ = false; ///< so is the store process
    bool holds_lock_ = true;
    std::size_t starts_ = 0;
    std::size_t log_lines_ = 0;
    std::optional<Goodbye> goodbye_;
};

} // namespace escher::split
