#include "config/toml_document.hpp"

#include "config/key_depth.hpp"
#include "config/problems.hpp"

#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
// A bug of the parser shall end as an exception or a wrong message, not in abort(): a tick reads the config first.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

namespace escher {

namespace {

const toml::node& node_of(const void* node)
{
    return *static_cast<const toml::node*>(node);
}

Position position_of(const toml::source_region& region)
{
    return {region.begin.line, region.begin.column};
}

/// The library's description in our words, without the numbers that it quotes.
std::string describe(std::string_view description)
{
    constexpr std::size_t longest = 200; // it may quote keys
    if (description.find("is not representable in") != std::string_view::npos)
        return "syntax error: a number that does not fit into 64 bits";
    if (description.ends_with("could not determine value type"))
        return "syntax error: this is no value; text needs quotes";
    constexpr std::string_view verbose = "Error while parsing ";
    if (description.starts_with(verbose))
        return "syntax error in " + quotable(description.substr(verbose.size()), longest);
    return "syntax error: " + quotable(description, longest);
}

} // namespace

struct TomlDocument::Parsed {
    toml::table table;
};

TomlValue::Kind TomlValue::kind() const
{
    switch (node_of(node_).type()) {
    case toml::node_type::table:
        return Kind::table;
    case toml::node_type::array:
        return Kind::array;
    case toml::node_type::string:
        return Kind::text;
    case toml::node_type::integer:
        return Kind::integer;
    case toml::node_type::floating_point:
        return Kind::real;
    case toml::node_type::boolean:
        return Kind::boolean;
    default:
        return Kind::date;
    }
}

Position TomlValue::position() const
{
    return position_of(node_of(node_).source());
}

const std::string& TomlValue::text() const
{
    return node_of(node_).as_string()->get();
}

std::int64_t TomlValue::integer() const
{
    return node_of(node_).as_integer()->get();
}

double TomlValue::real() const
{
    return node_of(node_).as_floating_point()->get();
}

bool TomlValue::boolean() const
{
    return node_of(node_).as_boolean()->get();
}

std::size_t TomlValue::size() const
{
    const auto& node = node_of(node_);
    return node.is_table() ? node.as_table()->size() : node.as_array()->size();
}

TomlValue TomlValue::element(std::size_t index) const
{
    return TomlValue(node_of(node_).as_array()->get(index));
}

void TomlValue::each(const Visitor& visit) const
{
    for (const auto& [key, node] : *node_of(node_).as_table())
        visit(key.str(), position_of(key.source()), TomlValue(&node));
}

TomlDocument::TomlDocument(std::string_view text)
{
    if (const auto deep = find_deep_key(text))
        throw SyntaxError(*deep, "syntax error: a key of too many parts");
    try {
        parsed_ = std::make_unique<Parsed>(Parsed{toml::parse(text)});
    } catch (const toml::parse_error& error) {
        throw SyntaxError(position_of(error.source()), describe(error.description()));
    }
}

TomlDocument::~TomlDocument() = default;
TomlDocument::TomlDocument(TomlDocument&&) noexcept = default;
TomlDocument& TomlDocument::operator=(TomlDocument&&) noexcept = default;

TomlValue TomlDocument::root() const
{
    return TomlValue(static_cast<const toml::node*>(&parsed_->table));
}

} // namespace escher
