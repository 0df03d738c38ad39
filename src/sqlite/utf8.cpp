#include "sqlite/utf8.hpp"

#include <cstdint>

namespace escher::sqlite {

bool valid_utf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const std::size_t tail = lead >= 0xc2 && lead <= 0xdf   ? 1
                                 : (lead & 0xf0) == 0xe0        ? 2
                                 : lead >= 0xf0 && lead <= 0xf4 ? 3
                                                                : 0;
        if (tail == 0 || text.size() - i <= tail)
            return false;
        std::uint32_t code = lead & (0x3fU >> tail);
        for (std::size_t k = 1; k <= tail; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            if ((byte & 0xc0) != 0x80)
                return false;
            code = (code << 6) | (byte & 0x3fU);
        }
        const std::uint32_t least = tail == 1 ? 0x80 : tail == 2 ? 0x800 : 0x10000;
        if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
        i += tail + 1;
    }
    return true;
}

std::string_view cut_utf8(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
        --most;
    return text.substr(0, most);
}

} // namespace escher::sqlite
