#include "terminal/escape.hpp"

#include "core/utf8.hpp"

namespace escher {

namespace {

/// Characters that steer a terminal, or the direction and visibility of what stands around them, rather than show.
bool is_unsafe(char32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) // C0, DEL, C1
           || code == 0xad || code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
           (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

std::size_t width_of(char32_t code)
{
    const bool combining = (code >= 0x300 && code <= 0x36f) || (code >= 0x1ab0 && code <= 0x1aff) ||
                           (code >= 0x20d0 && code <= 0x20ff) || (code >= 0xfe00 && code <= 0xfe0f);
    if (combining)
        return 0;
    const bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                      (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                      (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
                      (code >= 0x1f300 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd);
    return wide ? 2 : 1;
}

void append_hex(std::string& out, unsigned char byte)
{
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

} // namespace

std::string escape_for_terminal(std::string_view text, bool multi_line)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character_length(text.substr(at));
        if (length == 0) {
            append_hex(out, static_cast<unsigned char>(text[at++]));
            continue;
        }
        const std::string_view character = text.substr(at, length);
        at += length;
        if (!is_unsafe(code_point(character)) || (multi_line && (character == "\n" || character == "\t")))
            out += character;
        else if (character == "\n")
            out += "\\n";
        else if (character == "\t")
            out += "\\t";
        else
            for (const char c : character)
                append_hex(out, static_cast<unsigned char>(c));
    }
    return out;
}

std::size_t columns_of(std::string_view text)
{
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character_length(text.substr(at));
        columns += length == 0 ? 1 : width_of(code_point(text.substr(at, length)));
        at += length == 0 ? 1 : length;
    }
    return columns;
}

std::string fit(std::string_view text, std::size_t columns)
{
    if (columns_of(text) <= columns)
        return std::string(text);
    if (columns == 0)
        return {};
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = character_length(text.substr(at));
        const std::size_t width = length == 0 ? 1 : width_of(code_point(text.substr(at, length)));
        if (used + width > columns - 1)
            break;
        used += width;
        at += length == 0 ? 1 : length;
    }
    return std::string(text.substr(0, at)) + "\u2026";
}

} // namespace escher
