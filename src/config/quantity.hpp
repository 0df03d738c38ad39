#pragma once

#include <escher/policy.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace escher {

/// Parses "4MiB", "10GB", "512kB", "100B": kB, MB, GB, TB are powers of 1000, KiB, MiB, GiB, TiB of 1024. In bytes.
/// None: not a size, or beyond 63 bits.
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);

/// Parses "60/min": a count and s, min, h, d or a duration ("100/15m"). None: not a rate, or a count or window of 0.
[[nodiscard]] std::optional<Rate> parse_rate(std::string_view text);

/// Parses "10%". None: not a percentage.
[[nodiscard]] std::optional<int> parse_percent(std::string_view text);

/// Parses "022", up to "0777". None: not octal, or more.
[[nodiscard]] std::optional<unsigned> parse_umask(std::string_view text);

} // namespace escher
