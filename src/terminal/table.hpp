#pragma once

#include "terminal/look.hpp"
#include "terminal/render.hpp"

#include <string>
#include <vector>

namespace escher {

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
    [[nodiscard]] std::string text(const Look& look) const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

} // namespace escher
