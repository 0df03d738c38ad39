#pragma once

#include <span>
#include <string>
#include <string_view>

namespace escher {

/// The known word nearest to `word` (Damerau-Levenshtein distance at most 2, and less than half its length), or empty.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> known);

/// " (did you mean 'x'?)", or empty.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> known);

} // namespace escher
