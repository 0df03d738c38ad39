#pragma once

#include <span>
#include <string>

namespace escher {

/// What `init` prints: {"schema": 1, database, done: [TEXT]}.
[[nodiscard]] std::string init_json(const std::string& database, std::span<const std::string> deeds);

} // namespace escher
