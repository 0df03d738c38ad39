#pragma once

#include <algorithm>
#include <string>

namespace escher {

// The locale has no say in what these letters are.

[[nodiscard]] constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Any other character as it is.
[[nodiscard]] constexpr char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// With a '?' for each control character: for messages with names that anybody may have chosen.
[[nodiscard]] inline std::string on_one_line(std::string text)
{
    std::ranges::replace_if(
        text, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }, '?');
    return text;
}

} // namespace escher
