#pragma once

#include <escher/job.hpp>
#include <escher/run.hpp>

namespace escher {

/// From start to end, or to `now` while it runs; none: it was never executed.
[[nodiscard]] std::optional<Duration> duration_of(const Run& run, Time now);

/// When a running job should end if it goes on as it says it did so far.
[[nodiscard]] std::optional<Time> expected_end(const Job& job, Time now);

} // namespace escher
