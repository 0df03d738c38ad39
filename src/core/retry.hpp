#pragma once

#include <escher/store.hpp>

namespace escher {

/// How long to wait after attempt `attempt` (1-based) failed: policy.backoff, else 15 + n^4 seconds, plus
/// `jitter` (0 to 1) times jitter_percent of it; at most 24 h.
[[nodiscard]] Duration backoff_after(int attempt, const JobPolicy& policy, double jitter);

/// What becomes of a job whose attempt `attempt` ended with `outcome`. `jitter` is drawn from [0, 1).
[[nodiscard]] Transition after_run(const Outcome& outcome, int attempt, const JobPolicy& policy, Time now,
                                   double jitter);

/// "exit status 3", "killed by SIGSEGV (core dumped)", "cannot execute: No such file or directory", ...
[[nodiscard]] std::string describe(const Outcome& outcome);

} // namespace escher
