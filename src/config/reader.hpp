#pragma once

#include "config/config.hpp"
#include "config/problems.hpp"
#include "core/text.hpp"

#include <map>
#include <set>

namespace escher {

/// Reads single values into typed members. Whatever is wrong with a value becomes a Problem at the value's place, and
/// the member is left as it was.
class Reader {
public:
    Reader(Problems& problems, const ConfigContext& context, std::filesystem::path base)
        : problems_(problems), context_(context), base_(std::move(base))
    {
    }

    /// The file that is read now. `privileged`: root wrote it, or root reads it.
    void enter_file(std::size_t file, bool privileged)
    {
        file_ = file;
        privileged_ = privileged;
    }

    /// The key whose value is read next, as messages name it.
    void enter_key(std::string_view key) { key_ = key; }

    [[nodiscard]] Place place(Position at) const { return {file_, at}; }
    [[nodiscard]] bool privileged() const { return privileged_; }
    [[nodiscard]] const ConfigContext& context() const { return context_; }

    void complain(Position at, std::string text) { problems_.add(place(at), std::move(text)); }

    /// "'KEY' must be EXPECTED, not ..." with the kind of the value; the value itself may be a secret.
    void complain_kind(TomlValue value, std::string_view expected);

    /// "'KEY' must be EXPECTED, not "..."".
    void complain_value(TomlValue value, std::string_view expected);

    /// True if `value` is text and exactly `word`.
    [[nodiscard]] static bool is_word(TomlValue value, std::string_view word);

    void text(TomlValue value, std::string& to); ///< without NUL
    void boolean(TomlValue value, bool& to);
    void integer(TomlValue value, std::int64_t least, std::int64_t most, std::string_view or_word, std::int64_t& to);
    void integer(TomlValue value, int least, int most, int& to);
    void duration(TomlValue value, Duration least, Duration most, std::string_view or_word, Duration& to);
    void size(TomlValue value, std::int64_t least, std::string_view or_word, std::int64_t& to);

    /// Absolute in the end: relative to the config's directory, `~/` to the home directory of a person.
    void path(TomlValue value, std::filesystem::path& to);

    /// The elements are text without NUL. `example` shows how it is written.
    void texts(TomlValue value, std::string_view example, std::vector<std::string>& to);

    /// An argument list: not empty, with a program.
    void argv(TomlValue value, std::vector<std::string>& to);

    /// A table of texts. `what` names an entry in messages; `check` says what is wrong with a name, or nothing. Values
    /// are never quoted.
    using NameCheck = std::string (*)(std::string_view name);
    void text_table(TomlValue value, std::string_view what, NameCheck check, std::map<std::string, std::string>& to);

    /// One of a few words.
    template<class E>
    void word(TomlValue value, E& to)
    {
        std::vector<std::string> known;
        for (const auto& name : names<E>)
            known.emplace_back(name.text);
        if (value.kind() == TomlValue::Kind::text)
            if (const auto found = from_text<E>(value.text())) {
                to = *found;
                return;
            }
        complain_word(value, known);
    }

    void complain_word(TomlValue value, const std::vector<std::string>& known);

private:
    Problems& problems_;
    const ConfigContext& context_;
    std::filesystem::path base_;
    std::size_t file_ = 0;
    bool privileged_ = false;
    std::string_view key_;
};

/// What is wrong with the name of an environment variable that a config sets or inherits; empty: nothing.
[[nodiscard]] std::string check_variable(std::string_view name);

/// What is wrong with the name of a parameter, a task, a schedule or a queue; empty: nothing.
[[nodiscard]] std::string check_parameter_name(std::string_view name);
[[nodiscard]] std::string check_section_name(std::string_view name);

} // namespace escher
