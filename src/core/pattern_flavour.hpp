#pragma once

#include <regex>

namespace escher {

/// How the patterns of parameters are read, when the config is checked and for each job. libstdc++'s breadth-first
/// matcher: linear in the value's length whatever the pattern, at the price of back-references, which it refuses.
inline constexpr auto pattern_flavour = std::regex_constants::ECMAScript | std::regex_constants::__polynomial;

} // namespace escher
