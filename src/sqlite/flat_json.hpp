#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace escher::sqlite {

/// What a row holds is not the JSON that it should be.
class BadJson : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws BadJson: not an array of strings, a NUL in one, invalid UTF-8, a trailing text.
[[nodiscard]] std::vector<std::string> parse_strings(std::string_view json);

/// As parse_strings, for an object. Numbers and booleans stand for their text. A key twice is refused.
[[nodiscard]] std::map<std::string, std::string> parse_string_map(std::string_view json);

/// `strings` are valid UTF-8.
[[nodiscard]] std::string to_json(const std::vector<std::string>& strings);
[[nodiscard]] std::string to_json(const std::map<std::string, std::string>& strings);

/// True if `json` is one JSON value of any kind, nested at most 100 levels deep, whose numbers a double can hold: what
/// passes here every reader of our JSON takes.
[[nodiscard]] bool is_json(std::string_view json);

/// `text` itself if it is JSON, else as a string of JSON, in which invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string as_json(const std::string& text);

} // namespace escher::sqlite
