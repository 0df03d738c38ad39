#pragma once

#include <chrono>
#include <functional>

namespace escher {

/// A span of time, in the unit that the database stores.
using Duration = std::chrono::milliseconds;

/// An instant, UTC, in milliseconds since 1970: what is stored, compared and passed about as `now`.
using Time = std::chrono::sys_time<Duration>;

/// Where a loop that outlives one instant gets its `now` from; tests pass a fake.
using Clock = std::function<Time()>;

} // namespace escher
