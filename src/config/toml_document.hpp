#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace escher {

/// In a text file, both counted from 1; line 0: no place in particular.
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    auto operator<=>(const Position&) const = default;
};

/// The text is not TOML; what() says why without quoting values of it.
class SyntaxError : public std::runtime_error {
public:
    SyntaxError(Position position, const std::string& text) : std::runtime_error(text), position_(position) {}

    [[nodiscard]] Position position() const noexcept { return position_; }

private:
    Position position_;
};

/// A value of a TomlDocument: as cheap as a pointer, valid as long as the document. The accessor of another kind than
/// the value's must not be called.
class TomlValue {
public:
    enum class Kind { table, array, text, integer, real, boolean, date };

    explicit TomlValue(const void* node) : node_(node) {}

    [[nodiscard]] Kind kind() const;
    [[nodiscard]] Position position() const;
    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] std::int64_t integer() const;
    [[nodiscard]] double real() const;
    [[nodiscard]] bool boolean() const;

    [[nodiscard]] std::size_t size() const; ///< of an array or a table
    [[nodiscard]] TomlValue element(std::size_t index) const;

    /// Calls `visit` for each entry of a table, ordered by key, with where the key stands.
    using Visitor = std::function<void(std::string_view key, Position at, TomlValue value)>;
    void each(const Visitor& visit) const;

private:
    const void* node_;
};

/// A parsed TOML text. The only code that knows the parser's library is behind it.
class TomlDocument {
public:
    /// Throws SyntaxError, also for text that nests deeper than any config would.
    explicit TomlDocument(std::string_view text);
    ~TomlDocument();
    TomlDocument(TomlDocument&&) noexcept;
    TomlDocument& operator=(TomlDocument&&) noexcept;

    [[nodiscard]] TomlValue root() const;

private:
    struct Parsed;
    std::unique_ptr<Parsed> parsed_;
};

} // namespace escher
