#pragma once

#include <cstddef>
#include <string_view>

namespace escher {

/// The length in bytes of the well-formed UTF-8 character that `text` begins with; 0: it begins with something else.
[[nodiscard]] std::size_t character_length(std::string_view text);

/// True if all of `text` is well-formed (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view text);

/// The beginning of `text`, at most `most` bytes, not ending within a character.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t most);

/// The code point of one well-formed character.
[[nodiscard]] char32_t code_point(std::string_view character);

} // namespace escher
