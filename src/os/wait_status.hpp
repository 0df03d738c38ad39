#pragma once

#include <escher/run.hpp>

struct rusage;

namespace escher::os {

/// Exited or Signaled, from what wait(2) says.
[[nodiscard]] Outcome outcome_of(int status);

/// The usage of a process and of those of its descendants that were waited for. The peak of memory is never less than
/// what this process itself had when it started the job, since the child began in our memory.
[[nodiscard]] ResourceUsage usage_of(const rusage& usage);

} // namespace escher::os
