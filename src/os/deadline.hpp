#pragma once

#include <escher/time.hpp>

#include <algorithm>

namespace escher::os {

/// By a clock that nobody sets.
using SteadyTime = std::chrono::steady_clock::time_point;

/// `now + span` without overflow.
[[nodiscard]] inline SteadyTime after(SteadyTime now, Duration span)
{
    constexpr Duration longest = std::chrono::hours(24 * 365 * 50);
    return now + std::clamp(span, Duration::zero(), longest);
}

} // namespace escher::os
