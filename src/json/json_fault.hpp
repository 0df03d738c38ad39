#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace escher {

/// What is wrong with `text` as JSON; none: it is a JSON value, nested at most 100 levels deep.
[[nodiscard]] std::optional<std::string> json_fault(std::string_view text);

} // namespace escher
