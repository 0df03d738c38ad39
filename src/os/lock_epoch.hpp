#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace escher::os {

/// The epoch of a lock file: a random number in a line of its own, written when the file is made or has been emptied. It
/// tells the file from one that took its place later, whatever the path says.
inline constexpr off_t epoch_line_at = 256;
inline constexpr std::size_t epoch_line_size = 64;
inline constexpr std::int64_t largest_epoch = (std::int64_t{1} << 30) - 1;

/// What the file says now; 0: it has none, or cannot be read.
[[nodiscard]] std::int64_t read_epoch(int file);

} // namespace escher::os
