#pragma once

#include "config/config.hpp"
#include "tick/tick_events.hpp"
#include "tick/tick_setup.hpp"

#include <escher/executor.hpp>

#include <random>

namespace escher {

/// The runs of one tick, from their claim until their result is durable, and all reports that are not durable yet.
class LiveRuns {
public:
    LiveRuns(Executor& jobs, const Config& config, const TickSetup& setup, const Clock& now, const TickEvents& events)
        : jobs_(jobs), config_(config), setup_(setup), now_(now), events_(events)
    {
    }

    /// Executes what was claimed. Returns why nothing more can be started for a while; empty: nothing stands against it.
    [[nodiscard]] std::string start(std::vector<Claim> claims);

    /// Decides what becomes of the jobs whose runs have ended.
    void finish(const std::vector<RunEnded>& ended);

    /// What was found out about the run of another tick; false: it is reported already.
    bool report(const RunReport& report);

    [[nodiscard]] const std::vector<RunReport>& reports() const { return reports_; }

    /// True if no result is among the reports, nothing that frees a slot.
    [[nodiscard]] bool only_starts_to_report() const;

    /// The reports have become durable: leases go, and `report` counts.
    void close_reports(TickReport& report);

    /// Asks those of `runs` that are ours to end.
    void cancel(const std::vector<RunId>& runs);
    void stop_all();

    [[nodiscard]] bool empty() const { return live_.empty(); }
    [[nodiscard]] std::size_t size() const { return live_.size(); }

    /// When something was last started or ended; none: never.
    [[nodiscard]] std::optional<Time> last_activity() const { return last_activity_; }

    /// From [0, 1), for the jitter of a backoff.
    [[nodiscard]] double draw() { return std::uniform_real_distribution<double>(0, 1)(random_); }

private:
    /// A run whose result is not durable yet.
    struct Live {
        Claim claim;
        JobPolicy policy;
    };

    std::string take_start(const Live& live, const StartResult& result, Time began);
    void close(const RunFinished& finished, TickReport& report);

    Executor& jobs_;
    const Config& config_;
    const TickSetup& setup_;
    const Clock& now_;
    const TickEvents& events_;
    std::map<RunId, Live> live_; ///< started here, or claimed and about to be
    std::vector<RunReport> reports_;
    std::optional<Time> last_activity_;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace escher
