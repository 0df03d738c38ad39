#pragma once

#include <escher/executor.hpp>
#include <escher/store.hpp>

namespace escher {

/// Deletes what retention does not keep, output files first, in bounded batches; returns the number of jobs.
/// `by_count` applies Retention::keep as well. Nothing is pruned while the clock reads a time before 2020.
int prune(Store& store, Executor& jobs, const Retention& retention, bool by_count, Time now);

} // namespace escher
