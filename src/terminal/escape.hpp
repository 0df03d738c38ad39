#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace escher {

/// How many columns `text` takes on a terminal. `text` has been escaped: it holds no control characters.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The longest beginning of `text` (escaped) that takes at most `columns`; ends in U+2026 where something was cut.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);

/// `text` made safe for a terminal: control characters and invalid UTF-8 as \xNN; `multi_line` keeps newlines and tabs.
[[nodiscard]] std::string escape_for_terminal(std::string_view text, bool multi_line = false);

} // namespace escher
