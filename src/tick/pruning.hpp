#pragma once

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// What is to be pruned: at most `limit` jobs that retention does not keep, oldest first. `by_count` applies
/// Retention::keep as well. None while the clock reads a time before 2020.
[[nodiscard]] std::vector<Expired> prunable(Store& store, const Retention& retention, bool by_count, Time now,
                                            int limit);

/// Deletes some of it, as much as holds up nobody, output files first; returns the number of jobs.
int prune(Store& store, Executor& jobs, const Retention& retention, bool by_count, Time now);

/// Deletes all of it, in batches, by count as well; returns the jobs. `discard_output` deletes output files by their names
/// in the output directory.
std::vector<JobId> prune_all(Store& store,
                             const std::function<void(std::span<const std::string> names)>& discard_output,
                             const Retention& retention, Time now);

} // namespace escher
