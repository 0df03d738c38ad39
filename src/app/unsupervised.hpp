#pragma once

#include <escher/run.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace escher {

/// Why nobody looks after a run that has not ended: the tick that started it is gone. None: it lives, or that cannot be
/// told. `mark_lives` tells of the marks that living ticks hold in the lock file.
/// Changes nothing.
[[nodiscard]] std::optional<std::string> why_unsupervised(const Run& run,
                                                          const std::function<bool(std::int64_t)>& mark_lives);

} // namespace escher
