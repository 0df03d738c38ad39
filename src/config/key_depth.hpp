#pragma once

#include "config/toml_document.hpp"

#include <optional>

namespace escher {

/// The place of the first key in a TOML text that has more than 16 parts (`a.b.c...`). Such a key makes tables nest
/// so deep that destroying them overflows the stack.
///
/// toml++ 3.3.0 limits nested values to 256, so that 100,000 brackets are a syntax error, but not the parts of keys: 100,000
/// are taken, 200,000 end in a segmentation fault with the usual 8 MiB of stack, optimized. The scan takes 0.7 ms for ten
/// thousand schedules (577 kB), of 45 that the tick takes, and microseconds for a usual config.
[[nodiscard]] std::optional<Position> find_deep_key(std::string_view text);

} // namespace escher
