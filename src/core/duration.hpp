#pragma once

#include <escher/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace escher {

/// Parses "90s", "15m", "2h", "1d", "250ms" and sums like "1h30m", units descending and each at most once; "0" is
/// zero. None: not a duration, or more than about 290 years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back as the same value: "1h30m", "250ms", "0s".
[[nodiscard]] std::string format_duration(Duration duration);

/// For people: the two largest units, rounded down: "3 h 12 m", "41 s", "2 d 5 h", "350 ms".
[[nodiscard]] std::string describe_duration(Duration duration);

} // namespace escher
