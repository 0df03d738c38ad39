#include "sqlite/definition.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace escher::sqlite {

namespace {

constexpr std::string_view blanks = " \t\n\f\r";

/// Where the quoted text that begins at `begin` ends; a doubled quote is two quoted texts, which is the same here.
std::size_t end_of_quoted(std::string_view text, std::size_t begin)
{
    const char close = text[begin] == '[' ? ']' : text[begin];
    const auto end = text.find(close, begin + 1);
    return end == std::string_view::npos ? text.size() : end + 1;
}

bool opens_quotes(char c)
{
    return c == '\'' || c == '"' || c == '`' || c == '[';
}

std::size_t end_of_comment(std::string_view text, std::size_t begin)
{
    const bool line = text[begin] == '-';
    const auto end = text.find(line ? "\n" : "*/", begin + 2);
    return end == std::string_view::npos ? text.size() : end + (line ? 1 : 2);
}

/// The tokens of a normalized text.
class Tokens {
public:
    explicit Tokens(std::string_view text) : text_(text) {}

    /// Empty at the end.
    std::string_view next()
    {
        if (at_ < text_.size() && text_[at_] == ' ')
            ++at_;
        const auto begin = at_;
        if (at_ >= text_.size())
            return {};
        if (opens_quotes(text_[at_])) {
            while (at_ < text_.size() && text_[at_] == text_[begin] && (at_ == begin || text_[begin] != '['))
                at_ = end_of_quoted(text_, at_);
        } else {
            at_ = std::min(text_.find_first_of(" '\"`[](),.;", at_), text_.size());
            at_ = std::max(at_, begin + 1);
        }
        return text_.substr(begin, at_ - begin);
    }

    bool next_is(std::string_view word)
    {
        const auto before = at_;
        if (same_name(next(), word))
            return true;
        at_ = before;
        return false;
    }

    std::string name()
    {
        const auto token = next();
        if (token.empty() || !opens_quotes(token[0]))
            return std::string(token);
        std::string plain;
        for (std::size_t i = 1; i + 1 < token.size(); ++i) {
            plain += token[i];
            if (token[0] != '[' && token[i] == token[0])
                ++i;
        }
        return plain;
    }

    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// After ON: the database that a trigger may name before its table is always this one.
std::string table_after_on(Tokens& tokens)
{
    auto table = tokens.name();
    return tokens.next_is(".") ? tokens.name() : table;
}

} // namespace

std::string normalized(std::string_view sql)
{
    std::string result;
    result.reserve(sql.size());
    bool gap = false;
    for (std::size_t at = 0; at < sql.size();) {
        const bool comment = sql.substr(at, 2) == "--" || sql.substr(at, 2) == "/*";
        if (comment || blanks.find(sql[at]) != std::string_view::npos) {
            gap = true;
            at = comment ? end_of_comment(sql, at) : at + 1;
            continue;
        }
        if (gap && !result.empty())
            result += ' ';
        gap = false;
        const auto end = opens_quotes(sql[at]) ? end_of_quoted(sql, at) : at + 1;
        result += sql.substr(at, end - at);
        at = end;
    }
    return result;
}

std::optional<Definition> definition_of(std::string_view normalized_sql)
{
    Tokens tokens(normalized_sql);
    if (!tokens.next_is("CREATE"))
        return std::nullopt;
    Definition definition;
    if (tokens.next_is("TABLE") || (tokens.next_is("VIRTUAL") && tokens.next_is("TABLE")))
        definition.type = "table";
    else if (tokens.next_is("INDEX") || (tokens.next_is("UNIQUE") && tokens.next_is("INDEX")))
        definition.type = "index";
    else if (tokens.next_is("TRIGGER"))
        definition.type = "trigger";
    else if (tokens.next_is("VIEW"))
        definition.type = "view";
    else
        return std::nullopt;
    definition.name = tokens.name();
    if (definition.type == "table" || definition.type == "view") {
        definition.table = definition.name;
    } else {
        while (!tokens.next_is("ON")) {
            if (tokens.at_end())
                return std::nullopt;
            (void)tokens.next();
        }
        definition.table = table_after_on(tokens);
    }
    return definition;
}

bool same_name(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_lower(x) == to_lower(y); });
}

} // namespace escher::sqlite
