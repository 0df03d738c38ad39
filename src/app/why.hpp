#pragma once

#include "app/session.hpp"
#include "core/reason.hpp"

#include <span>

namespace escher {

/// Answers "why is this job not running?" for jobs of one moment: gathers what the answer depends on from the store,
/// the tick lock and the system, once, and only if a job is asked for that could be running.
class Why {
public:
    Why(Session& session, Store& store, Time now);

    /// Empty: it runs, looked after by its tick, or has completed. Throws Error as the store does.
    [[nodiscard]] std::string reason_of(const Job& job);

private:
    void gather();
    void rank();

    Session& session_;
    Store& store_;
    Time now_;
    ClaimRequest request_; ///< of the next tick
    Circumstances circumstances_;
    std::optional<std::string> held_; ///< why nothing at all is started
    bool gathered_ = false;
    bool promotions_ = false; ///< a scheduled or retryable job has come due
    std::optional<std::map<JobId, int>> positions_; ///< filled when first needed; empty where there are too many
};

/// The jobs that wait for nothing but a slot, in the order in which they would be started: job -> position from 1.
/// Scheduled and retryable ones that have come due count, as the next claim makes them available first.
[[nodiscard]] std::map<JobId, int> positions(std::span<const Job> jobs, const SelectionLimits& limits,
                                             const Occupancy& taken, Time now);

} // namespace escher
