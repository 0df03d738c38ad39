#pragma once

#include <escher/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace escher {

/// Parses "90s", "15m", "2h", "1d", "250ms" and sums like "1h30m", units descending and each at most once; "0" is
/// zero. None: not a duration, or more than about 290 years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The text that parse_duration reads back as the same value, the largest units first: "1h30m", "1m30s", "250ms", "0s".
[[nodiscard]] std::string format_duration(Duration duration);

/// For people: the largest unit and, where it is not zero, the one below it, rounded down: "3 h 12 m", "41 s", "2 d 5 h",
/// "1 h". Milliseconds only below one second: "350 ms".
[[nodiscard]] std::string describe_duration(Duration duration);

} // namespace escher
