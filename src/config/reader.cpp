#include "config/reader.hpp"

#include "config/quantity.hpp"
#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/job_limits.hpp"
#include "core/suggest.hpp"

namespace escher {

namespace {

std::string kind_in_words(TomlValue value)
{
    switch (value.kind()) {
    case TomlValue::Kind::table:
        return "a table";
    case TomlValue::Kind::array:
        return "an array";
    case TomlValue::Kind::text:
        return "text";
    case TomlValue::Kind::integer:
        return "a number";
    case TomlValue::Kind::real:
        return "a number with a fraction";
    case TomlValue::Kind::boolean:
        return "true or false";
    case TomlValue::Kind::date:
        break;
    }
    return "a date or time (text needs quotes)";
}

/// `, or "WORD"`, or nothing.
std::string alternative(std::string_view word)
{
    return word.empty() ? std::string() : ", or \"" + std::string(word) + "\"";
}

std::string range(const std::string& least, const std::string& most)
{
    return "from " + least + " to " + most;
}

bool holds_nul(TomlValue text)
{
    return text.text().find('\0') != std::string::npos;
}

} // namespace

void Reader::complain_kind(TomlValue value, std::string_view expected)
{
    complain(value.position(),
             "'" + quotable(key_) + "' must be " + std::string(expected) + ", not " + kind_in_words(value));
}

void Reader::complain_value(TomlValue value, std::string_view expected)
{
    if (value.kind() != TomlValue::Kind::text)
        return complain_kind(value, expected);
    complain(value.position(), "'" + quotable(key_) + "' must be " + std::string(expected) + ", not \"" +
                                   quotable(value.text()) + "\"");
}

void Reader::complain_word(TomlValue value, const std::vector<std::string>& known)
{
    std::string list;
    for (const auto& word : known)
        list += (list.empty() ? "\"" : word == known.back() ? " or \"" : ", \"") + word + "\"";
    if (value.kind() != TomlValue::Kind::text)
        return complain_kind(value, list);
    complain(value.position(), "'" + quotable(key_) + "' must be " + list + ", not \"" + quotable(value.text()) +
                                   "\"" + did_you_mean(value.text(), known));
}

bool Reader::is_word(TomlValue value, std::string_view word)
{
    return !word.empty() && value.kind() == TomlValue::Kind::text && value.text() == word;
}

void Reader::text(TomlValue value, std::string& to)
{
    if (value.kind() != TomlValue::Kind::text)
        return complain_kind(value, "text in quotes");
    if (holds_nul(value))
        return complain(value.position(), "'" + quotable(key_) + "' must not hold a NUL character");
    to = value.text();
}

void Reader::boolean(TomlValue value, bool& to)
{
    if (value.kind() != TomlValue::Kind::boolean)
        return complain_value(value, "true or false (without quotes)");
    to = value.boolean();
}

void Reader::integer(TomlValue value, std::int64_t least, std::int64_t most, std::string_view or_word,
                     std::int64_t& to)
{
    const auto limits = range(std::to_string(least), std::to_string(most)) + alternative(or_word);
    if (value.kind() != TomlValue::Kind::integer)
        return complain_value(value, "a whole number " + limits);
    if (value.integer() < least || value.integer() > most)
        return complain(value.position(),
                        "'" + quotable(key_) + "' must be " + limits + ", not " + std::to_string(value.integer()));
    to = value.integer();
}

void Reader::integer(TomlValue value, int least, int most, int& to)
{
    std::int64_t wide = to;
    integer(value, least, most, {}, wide);
    to = static_cast<int>(wide);
}

void Reader::duration(TomlValue value, Duration least, Duration most, std::string_view or_word, Duration& to)
{
    const auto expected = "a duration such as \"90s\" or \"1h30m\"" + alternative(or_word);
    if (value.kind() == TomlValue::Kind::integer)
        return complain(value.position(),
                        "'" + quotable(key_) + "' must be " + expected + "; a number alone has no unit");
    const auto parsed = value.kind() == TomlValue::Kind::text ? parse_duration(value.text()) : std::nullopt;
    if (!parsed)
        return complain_value(value, expected);
    if (*parsed < least || *parsed > most)
        return complain_value(value, range(format_duration(least), format_duration(most)) + alternative(or_word));
    to = *parsed;
}

void Reader::size(TomlValue value, std::int64_t least, std::string_view or_word, std::int64_t& to)
{
    const auto parsed = value.kind() == TomlValue::Kind::integer ? std::optional(value.integer())
                        : value.kind() == TomlValue::Kind::text  ? parse_size(value.text())
                                                                 : std::nullopt;
    if (!parsed)
        return complain_value(value,
                              "a size such as \"4MiB\" or \"10GB\", or a number of bytes" + alternative(or_word));
    if (*parsed < least)
        return complain(value.position(), "'" + quotable(key_) + "' must be at least " + std::to_string(least) +
                                              " bytes" + alternative(or_word));
    to = *parsed;
}

void Reader::path(TomlValue value, std::filesystem::path& to)
{
    std::string written;
    text(value, written);
    if (written.empty()) {
        if (value.kind() == TomlValue::Kind::text && value.text().empty())
            complain(value.position(), "'" + quotable(key_) + "' must be a path, not empty");
        return;
    }
    if (written == "~" || written.starts_with("~/")) {
        const auto home = context_.environment("HOME");
        if (context_.root || !home || !home->starts_with('/'))
            return complain_value(value, context_.root ? "an absolute path: '~' is for a person's own config"
                                                       : "an absolute path: '~' needs $HOME, which is not set");
        to = (std::filesystem::path(*home) / written.substr(written.size() == 1 ? 1 : 2)).lexically_normal();
        return;
    }
    to = (base_ / written).lexically_normal();
}

void Reader::texts(TomlValue value, std::string_view example, std::vector<std::string>& to)
{
    if (value.kind() != TomlValue::Kind::array)
        return complain_kind(value, "an array of texts such as " + std::string(example));
    std::vector<std::string> elements(value.size());
    for (std::size_t i = 0; i < elements.size(); ++i)
        text(value.element(i), elements[i]);
    to = std::move(elements);
}

void Reader::argv(TomlValue value, std::vector<std::string>& to)
{
    if (value.kind() == TomlValue::Kind::text)
        return complain(value.position(),
                        "'" + quotable(key_) +
                            "' must be an array such as [\"/usr/bin/gzip\", \"file\"]: no shell takes "
                            "text apart (for one, write [\"/bin/sh\", \"-c\", \"...\"])");
    std::vector<std::string> elements;
    texts(value, "[\"/usr/bin/gzip\", \"file\"]", elements);
    if (value.kind() != TomlValue::Kind::array)
        return;
    if (elements.empty())
        return complain(value.position(), "'" + quotable(key_) + "' is empty: its first element is the program");
    const auto first = value.element(0);
    if (first.kind() == TomlValue::Kind::text && first.text().empty())
        complain(first.position(), "'" + quotable(key_) + "' has an empty program");
    for (std::size_t i = 0; i < elements.size(); ++i)
        if (elements[i].size() > JobLimits::argument)
            complain(value.element(i).position(),
                     "an argument must be shorter than 128 KiB: give long data in 'stdin'");
    to = std::move(elements);
}

void Reader::text_table(TomlValue value, std::string_view what, NameCheck check,
                        std::map<std::string, std::string>& to)
{
    if (value.kind() != TomlValue::Kind::table)
        return complain_kind(value, "a table such as { name = \"text\" }");
    value.each([&](std::string_view name, Position at, TomlValue entry) {
        const auto label = std::string(what) + " '" + quotable(name) + "'";
        if (const auto wrong = check(name); !wrong.empty())
            complain(at, label + ": " + wrong);
        else if (entry.kind() != TomlValue::Kind::text)
            complain(entry.position(), label + " must be text in quotes, not " + kind_in_words(entry));
        else if (holds_nul(entry))
            complain(entry.position(), label + " must not hold a NUL character");
        else
            to.insert_or_assign(std::string(name), entry.text());
    });
}

namespace {

/// True for what programming languages take as a name.
bool is_identifier(std::string_view name)
{
    for (const char c : name)
        if (!is_letter(c) && !is_digit(c) && c != '_')
            return false;
    return !name.empty() && !is_digit(name.front());
}

} // namespace

std::string check_variable(std::string_view name)
{
    if (!is_identifier(name))
        return "a variable's name has letters, digits and '_' only, and no digit first";
    if (name.starts_with("ESCHER_"))
        return "names that begin with ESCHER_ are set for each job by escher-cron itself";
    return {};
}

std::string check_parameter_name(std::string_view name)
{
    return is_identifier(name) ? "" : "a parameter's name has letters, digits and '_' only, and no digit first";
}

std::string check_section_name(std::string_view name)
{
    constexpr std::size_t longest = 100;
    bool good = !name.empty() && name.size() <= longest && (is_letter(name.front()) || is_digit(name.front()));
    for (const char c : name)
        good = good && (is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.');
    return good ? "" : "a name has letters, digits, '_', '-' and '.' only, a letter or digit first, and at most 100";
}

} // namespace escher
