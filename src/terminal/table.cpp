#include "terminal/table.hpp"

#include "terminal/escape.hpp"

#include <algorithm>

namespace escher {

namespace {

constexpr std::size_t gap = 2; ///< between columns
constexpr std::size_t least_wide = 8; ///< what the column that gives way keeps

std::string padded(const std::string& shown, std::string_view bare, std::size_t width, bool right, bool last)
{
    const std::size_t taken = columns_of(bare);
    const std::string space(width > taken ? width - taken : 0, ' ');
    if (right)
        return space + shown;
    return last ? shown : shown + space;
}

} // namespace

std::string Table::text(const Look& look) const
{
    std::string out;
    if (!look.terminal) {
        for (const auto& row : rows_) {
            for (std::size_t at = 0; at < row.size(); ++at)
                out += (at == 0 ? "" : "\t") + escape_for_terminal(row[at].text);
            out += '\n';
        }
        return out;
    }

    std::vector<std::size_t> widths;
    for (const Column& column : columns_)
        widths.push_back(columns_of(column.title));
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows_) {
        auto& line = cells.emplace_back();
        for (std::size_t at = 0; at < row.size(); ++at) {
            line.push_back(escape_for_terminal(row[at].text));
            widths[at] = std::max(widths[at], columns_of(line.back()));
        }
    }

    std::size_t total = columns_.empty() ? 0 : gap * (columns_.size() - 1);
    for (const std::size_t column : widths)
        total += column;
    // The widest of those that give way does so first.
    while (total > static_cast<std::size_t>(look.width)) {
        std::size_t widest = columns_.size();
        for (std::size_t at = 0; at < columns_.size(); ++at)
            if (columns_[at].wide && widths[at] > least_wide &&
                (widest == columns_.size() || widths[at] > widths[widest]))
                widest = at;
        if (widest == columns_.size())
            break;
        --widths[widest];
        --total;
    }

    const auto add_line = [&](const auto& text_at, const auto& style_at) {
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            const std::string bare = fit(text_at(at), widths[at]);
            const bool last = at + 1 == columns_.size();
            out += padded(styled(bare, style_at(at), look.color), bare, widths[at], columns_[at].right, last);
            if (!last)
                out += std::string(gap, ' ');
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    };
    add_line([&](std::size_t at) { return std::string_view(columns_[at].title); },
             [](std::size_t) { return Style::bold; });
    for (std::size_t row = 0; row < cells.size(); ++row)
        add_line(
            [&](std::size_t at) {
                return at < cells[row].size() ? std::string_view(cells[row][at]) : std::string_view();
            },
            [&](std::size_t at) { return at < rows_[row].size() ? rows_[row][at].style : Style::plain; });
    return out;
}

} // namespace escher
