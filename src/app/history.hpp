#pragma once

#include "app/private_view.hpp"
#include "config/config.hpp"
#include "core/history_guard.hpp"
#include "os/seen_memory.hpp"

#include <escher/store.hpp>

#include <span>

namespace escher {

/// The guard against running a job again from a database that was restored or copied: compares what the database and this
/// host know of each other, and writes down what runs. For who holds the tick lock.
class History {
public:
    /// `seen`: what stands in the lock file.
    History(const Config& config, Store& store, os::SeenMemory seen);

    [[nodiscard]] const StoreIdentity& store() const { return facts_.store; }
    [[nodiscard]] const HistoryVerdict& verdict() const { return verdict_; }

    /// Where the verdict lets ticks work: writes down what has changed. Throws Error.
    void settle_in(Time now);

    /// Before anything of `claims` is executed. None: they may run. Else the database has been rolled back while it was
    /// open: why nothing more may be started. Throws Error where it cannot be written down: nothing may be executed then.
    [[nodiscard]] std::optional<std::string> note(std::span<const Claim> claims, Time now);

    /// Since when ticks hold still; notes it if this is the first to find it so.
    [[nodiscard]] Time held_since(Time now);

    /// True at most once an hour: the message may be said again.
    [[nodiscard]] bool say_it(Time now);

    /// What `decision` says of the jobs becomes the database's history from now on. Throws Error.
    Accepted accept(Acceptance decision, Time now);

    /// The jobs that this host has run since what the database knows, as far as their output is still there.
    [[nodiscard]] std::set<JobId> run_since() const;

private:
    void write(const std::string& generation, RunId run, JobId job, Time now);
    [[nodiscard]] Home home_here() const;
    [[nodiscard]] std::string hold_key() const;

    const Config& config_;
    Store& store_;
    os::SeenMemory seen_;
    HistoryFacts facts_;
    HistoryVerdict verdict_;
    Seen noted_; ///< what stands in the lock file, or will
};

/// The same question of one who does not hold the lock, and writes nothing. None: nothing stands against ticks, or this user
/// may not read the lock file. Throws Error.
[[nodiscard]] std::optional<HistoryVerdict> judge_history(const Config& config, Store& store,
                                                          const PrivateView& view);

/// What a person has to know of a hold: what was seen, what it means, and what decides.
[[nodiscard]] std::string describe_hold(const HistoryVerdict& verdict, const Summary& summary, const Config& config);

/// describe_hold() where ticks hold still; none: they do not.
[[nodiscard]] std::optional<std::string> why_held(const Config& config, Store& store, const PrivateView& view);

/// Writes down the home of a database that has just been made.
void settle_new_store(const Config& config, Store& store);

} // namespace escher
