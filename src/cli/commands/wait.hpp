#pragma once

#include <escher/job.hpp>

#include <optional>
#include <span>

namespace escher::cli {

struct Context;

/// Blocks until all of `jobs` have finished, with live progress on a terminal. Returns the exit status: 0 if all
/// completed, else 1. Throws Error: not_found if there is no such job, busy after `timeout`. Writes nothing to stdout.
int wait_for_jobs(Context& context, std::span<const JobId> jobs, std::optional<Duration> timeout);

} // namespace escher::cli
