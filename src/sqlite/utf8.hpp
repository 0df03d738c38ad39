#pragma once

#include <cstddef>
#include <string_view>

namespace escher::sqlite {

/// RFC 3629: no surrogates, no overlong forms.
[[nodiscard]] bool valid_utf8(std::string_view text);

/// The beginning of `text`, at most `most` bytes, not ending within a character.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t most);

} // namespace escher::sqlite
