#pragma once

#include <escher/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace escher {
class Zone;
}

namespace escher::cli {

enum class Style { plain, bold, dim, red, green, yellow, blue };

/// `text` in a style, or as it is without colour.
[[nodiscard]] std::string styled(std::string_view text, Style style, bool color);

/// `text` made safe for a terminal: control characters and invalid UTF-8 as \xNN; `multi_line` keeps newlines and tabs.
[[nodiscard]] std::string escape_for_terminal(std::string_view text, bool multi_line = false);

/// Rows of cells: aligned columns with a header on a terminal, else tab-separated without (tabs, newlines and control
/// characters in cells escaped).
class Table {
public:
    struct Column {
        std::string title;
        bool right = false; ///< alignment
        bool wide = false; ///< the one that gives way when the terminal is narrow
    };
    struct Cell {
        std::string text;
        Style style = Style::plain;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string text(bool terminal, bool color, int width) const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// Columns of the terminal; 80 where it cannot be told.
[[nodiscard]] int terminal_width();

} // namespace escher::cli
