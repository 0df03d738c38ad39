#pragma once

#include <escher/store.hpp>

#include <span>
#include <string>

namespace escher {

/// What `add` prints: {"schema": 1, "jobs": [{id, token, existed}]}.
[[nodiscard]] std::string created_json(std::span<const Created> jobs);

} // namespace escher
