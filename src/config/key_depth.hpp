#pragma once

#include "config/toml_document.hpp"

#include <optional>

namespace escher {

/// The place of the first key in a TOML text that has more than 16 parts (`a.b.c...`). Such a key makes tables nest
/// so deep that destroying them overflows the stack, and the parser's library has no limit of its own for it.
[[nodiscard]] std::optional<Position> find_deep_key(std::string_view text);

} // namespace escher
