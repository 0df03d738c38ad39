#pragma once

#include <string>
#include <string_view>

namespace escher {

enum class Style { plain, bold, dim, red, green, yellow, blue };

/// `text` in a style, or as it is without colour.
[[nodiscard]] std::string styled(std::string_view text, Style style, bool color);

/// Columns of the terminal; 80 where it cannot be told.
[[nodiscard]] int terminal_width();

} // namespace escher
