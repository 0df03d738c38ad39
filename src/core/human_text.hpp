#pragma once

#include <escher/time.hpp>

#include <cstdint>
#include <string>

namespace escher {

/// "3 h 12 m ago", "in 41 s", "now".
[[nodiscard]] std::string relative_time(Time time, Time now);

/// "07"; `value` is not negative, and above 99 it takes what it needs.
[[nodiscard]] std::string two_digits(std::int64_t value);

/// "4.0 MiB".
[[nodiscard]] std::string human_bytes(std::int64_t bytes);

} // namespace escher
