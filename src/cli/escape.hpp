#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace escher::cli {

/// How many columns `text` takes on a terminal. `text` has been escaped: it holds no control characters.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The longest beginning of `text` (escaped) that takes at most `columns`; ends in U+2026 where something was cut.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);

} // namespace escher::cli
