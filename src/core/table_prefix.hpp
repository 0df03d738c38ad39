#pragma once

#include "core/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace escher {

/// What may stand before the tables' names. SQLite keeps names that begin with "sqlite_", in whatever case, to itself.
inline constexpr std::string_view table_prefix_rule =
    "at most 32 letters, digits and '_', no digit first, not \"sqlite_...\"";

/// True for a prefix by this rule; an empty one is none.
[[nodiscard]] constexpr bool is_table_prefix(std::string_view text)
{
    constexpr std::string_view reserved = "sqlite_";
    const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
    const auto begins_reserved = [&] {
        return text.size() >= reserved.size() && std::equal(reserved.begin(), reserved.end(), text.begin(),
                                                            [](char a, char b) { return a == to_lower(b); });
    };
    return text.size() <= 32 && std::all_of(text.begin(), text.end(), allowed) &&
           (text.empty() || !is_digit(text.front())) && !begins_reserved();
}

} // namespace escher
