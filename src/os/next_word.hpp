#pragma once

#include <algorithm>
#include <string_view>

namespace escher::os {

/// Cuts the first word off `text`, which the kernel wrote; empty: there is none.
inline std::string_view next_word(std::string_view& text)
{
    constexpr std::string_view blanks = " \n";
    const auto from = std::min(text.find_first_not_of(blanks), text.size());
    const auto to = std::min(text.find_first_of(blanks, from), text.size());
    const auto word = text.substr(from, to - from);
    text.remove_prefix(to);
    return word;
}

} // namespace escher::os
