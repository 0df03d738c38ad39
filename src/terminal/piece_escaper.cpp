#include "terminal/piece_escaper.hpp"

#include "terminal/escape.hpp"

#include <algorithm>
#include <utility>

namespace escher {

namespace {

/// How many bytes at the end of `text` may be the beginning of a character that goes on in the next piece.
std::size_t unfinished_tail(std::string_view text)
{
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0) == 0x80)
            continue;
        const std::size_t needs = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return needs > back ? back : 0;
    }
    return 0;
}

} // namespace

std::string PieceEscaper::escape(std::string_view piece)
{
    std::string text = std::exchange(held_, {}) + std::string(piece);
    const std::size_t tail = unfinished_tail(text);
    held_ = text.substr(text.size() - tail);
    text.resize(text.size() - tail);
    return escape_for_terminal(text, true);
}

std::string PieceEscaper::rest()
{
    return escape_for_terminal(std::exchange(held_, {}), true);
}

} // namespace escher
