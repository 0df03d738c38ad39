#pragma once

#include "core/ascii.hpp"

#include <string_view>

namespace escher {

/// True for a UUID as text: 32 hexadecimal digits in five groups, and nothing else.
[[nodiscard]] constexpr bool is_uuid(std::string_view text)
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = to_lower(text[i]);
        if (dash ? c != '-' : !is_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return true;
}

} // namespace escher
