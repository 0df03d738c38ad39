#include "config/key_depth.hpp"

namespace escher {

namespace {

constexpr int most_dots = 15;

/// Indexed by character: the few that the scan has to look at. It passes over every config at every tick.
constexpr auto means_something = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("\"'#\n=[]{},."))
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

/// The offset after the string that begins at `begin` (a quote); the end of the text where it is not closed.
std::size_t skip_string(std::string_view text, std::size_t begin)
{
    const char quote = text[begin];
    const std::string three(3, quote);
    const bool long_one = text.substr(begin, 3) == three;
    for (std::size_t i = begin + (long_one ? 3 : 1); i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\')
            ++i;
        else if (long_one && text.substr(i, 3) == three)
            return i + 3;
        else if (!long_one && (text[i] == quote || text[i] == '\n'))
            return i + 1;
    }
    return text.size();
}

Position position_at(std::string_view text, std::size_t offset)
{
    Position position{1, 1};
    for (const char c : text.substr(0, offset)) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; // of a UTF-8 sequence
        if (c == '\n')
            position = {position.line + 1, 1};
        else if (!continues)
            ++position.column;
    }
    return position;
}

} // namespace

std::optional<Position> find_deep_key(std::string_view text)
{
    int dots = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (!means_something[static_cast<unsigned char>(c)]) {
            ++i;
            continue;
        }
        if (c == '"' || c == '\'') {
            i = skip_string(text, i);
            continue;
        }
        if (c == '#') {
            i = text.find('\n', i);
            if (i == std::string_view::npos)
                return std::nullopt;
        }
        if (c == '.' && ++dots > most_dots)
            return position_at(text, i);
        // Whatever ends a key. The dots of numbers and dates are few between these.
        if (c != '.')
            dots = 0;
        ++i;
    }
    return std::nullopt;
}

} // namespace escher
