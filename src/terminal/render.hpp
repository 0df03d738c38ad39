#pragma once

#include <string>
#include <string_view>

namespace escher {

enum class Style { plain, bold, dim, red, green, yellow, blue };

/// `text` in a style, or as it is without colour.
[[nodiscard]] std::string styled(std::string_view text, Style style, bool color);

/// Columns and rows of the terminal behind a descriptor, fewer columns where $COLUMNS says so. What cannot be told: 80
/// columns, or those of $COLUMNS, and 24 rows.
struct TerminalSize {
    int columns = 80;
    int rows = 24;
};
[[nodiscard]] TerminalSize terminal_size(int fd);

} // namespace escher
