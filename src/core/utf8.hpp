#pragma once

#include <cstddef>
#include <string_view>

namespace escher {

/// The length in bytes of the well-formed UTF-8 character that `text` begins with; 0: it begins with something else.
[[nodiscard]] std::size_t character_length(std::string_view text);

/// The code point of one well-formed character.
[[nodiscard]] char32_t code_point(std::string_view character);

} // namespace escher
