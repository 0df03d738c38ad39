#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace escher::sqlite {

/// What a CREATE statement makes, as the table of the schema names it.
struct Definition {
    std::string type; ///< table, index, trigger or view
    std::string name;
    std::string table; ///< that it is on; of a table or a view itself
};

/// The statement without its comments, and with one space where any number of blanks stood outside of quotes.
[[nodiscard]] std::string normalized(std::string_view sql);

/// Read from a normalized statement, not from the columns beside it, which who can write the file can make say anything. None:
/// SQLite does not write it like that.
[[nodiscard]] std::optional<Definition> definition_of(std::string_view normalized_sql);

/// SQLite's names do not know upper from lower case (in ASCII).
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

} // namespace escher::sqlite
