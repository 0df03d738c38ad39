#pragma once

#include <escher/store.hpp>

namespace escher {

/// A job that is due and waits for nothing but a slot.
struct Candidate {
    JobId id{};
    std::string queue;
    int priority = 0;
    Time run_at{};
    std::string concurrency_key; ///< empty: none

    bool operator==(const Candidate&) const = default;
};

/// `job` as who asks so takes it in: a row of plain SQL need not say its queue and its priority.
[[nodiscard]] Job taken_in(const ClaimRequest& request, Job job);

/// True if who asks so takes a job of this work and queue at all. Work that nobody can run is taken, to be told of.
[[nodiscard]] bool takes(const ClaimRequest& request, const Work& work, const std::string& queue);

/// A source of candidates that are all of one queue, ordered by priority, then run_at, then id. With aging, all
/// must be of one priority as well, since waiting then changes the order between priorities.
struct Lane {
    std::string queue;
    std::function<std::optional<Candidate>()> next; ///< none: no more; it is not called again then
    std::function<std::optional<Time>()> last_start{}; ///< of any job of this queue; asked only of queues that waited
};

/// A queue that has had nothing started for this long, and has a job that was due all that time, is starving.
inline constexpr Duration starvation_after = std::chrono::minutes(5);

/// Chooses at most `slots` of the lanes' candidates, in the order in which they should start: a job of a starving
/// queue first (unless there is aging), one for each, the longest starved first; then lowest effective priority; among equals the queue with
/// the fewest running jobs (those chosen here included); then the oldest run_at; then the lowest id. Keeps to every
/// limit, with `taken` as what runs now. Draws from a lane only as far as needed: a queue that is paused, full or at its
/// rate is not read at all.
[[nodiscard]] std::vector<Candidate> select(std::vector<Lane> lanes, int slots, const SelectionLimits& limits,
                                            Occupancy taken, Time now);

/// Why a queue as a whole takes no more jobs now; none: it does. In words, with the numbers.
[[nodiscard]] std::optional<std::string> queue_obstacle(const std::string& queue, const SelectionLimits& limits,
                                                        const Occupancy& taken, Time now);

/// Why a job with this concurrency key cannot start now; none: it can.
[[nodiscard]] std::optional<std::string> key_obstacle(const std::string& queue, const std::string& key,
                                                      const SelectionLimits& limits, const Occupancy& taken);

/// Why no job at all can start now for the number of running ones; none: there is a slot.
[[nodiscard]] std::optional<std::string> slot_obstacle(const SelectionLimits& limits, const Occupancy& taken);

} // namespace escher
