#include "config/task_template.hpp"

#include "core/pattern_flavour.hpp"
#include "core/suggest.hpp"
#include "core/task_call.hpp"

namespace escher {

namespace {

/// Bounds what the recursive compiler of libstdc++ needs of the stack.
constexpr std::size_t longest_pattern = 500;

std::vector<std::string> parameters_of(const Task& task)
{
    std::vector<std::string> names;
    for (const auto& [name, pattern] : task.params)
        names.push_back(name);
    return names;
}

/// Notes the placeholders of `text` in `used` and complains, at `at`, of those that are not declared.
void check_placeholders(Reader& reader, const Task& task, const std::string& text, Position at,
                        std::set<std::string>& used)
{
    std::vector<std::string> names;
    try {
        names = placeholders(text);
    } catch (const std::invalid_argument& error) {
        return reader.complain(at, error.what());
    }
    for (const auto& name : names) {
        used.insert(name);
        if (!task.params.contains(name))
            reader.complain(at, "'{" + quotable(name) + "}' is not declared in 'params'" +
                                    did_you_mean(name, parameters_of(task)) + " (literal braces are doubled: '{{')");
    }
}

} // namespace

struct ParameterPatterns::Compiled {
    std::map<std::string, std::regex> patterns;
};

ParameterPatterns::ParameterPatterns() : compiled_(std::make_unique<Compiled>()) {}
ParameterPatterns::~ParameterPatterns() = default;
ParameterPatterns::ParameterPatterns(ParameterPatterns&&) noexcept = default;
ParameterPatterns& ParameterPatterns::operator=(ParameterPatterns&&) noexcept = default;

std::string ParameterPatterns::add(const std::string& parameter, const std::string& pattern)
{
    if (pattern.size() > longest_pattern)
        return "the pattern is longer than 500 bytes";
    try {
        compiled_->patterns.emplace(parameter, std::regex(pattern, pattern_flavour));
        return {};
    } catch (const std::regex_error& error) {
        if (error.code() == std::regex_constants::error_complexity)
            return "the pattern must not use back-references such as \\1: matching would not be bounded in time";
        return std::string("the pattern is no ECMAScript regular expression: ") + error.what();
    }
}

bool ParameterPatterns::matches(const std::string& parameter, const std::string& value) const
{
    const auto found = compiled_->patterns.find(parameter);
    return found == compiled_->patterns.end() || std::regex_match(value, found->second);
}

ParameterPatterns check_task(Reader& reader, const Task& task, const TaskPlaces& places)
{
    ParameterPatterns patterns;
    std::set<std::string> used;
    if (!places.argv)
        reader.complain(places.name, "task '" + quotable(task.name) + "' has no 'argv': what is it to run?");
    for (std::size_t i = 0; i < task.argv.size(); ++i) {
        const auto at = places.argv->element(i).position();
        const auto before = used.size();
        check_placeholders(reader, task, task.argv[i], at, used);
        if (i == 0 && used.size() != before)
            reader.complain(at, "the program must not come from a parameter");
    }
    if (task.input)
        check_placeholders(reader, task, *task.input, places.input ? places.input->position() : places.name, used);
    if (!places.params || places.params->kind() != TomlValue::Kind::table)
        return patterns;
    places.params->each([&](std::string_view key, Position at, TomlValue value) {
        const std::string name(key);
        const auto declared = task.params.find(name);
        if (declared == task.params.end())
            return; // complained of already
        if (!used.contains(name))
            reader.complain(at,
                            "parameter '" + name + "' is not used: neither 'argv' nor 'stdin' has '{" + name + "}'");
        if (const auto wrong = patterns.add(name, declared->second); !wrong.empty())
            reader.complain(value.position(), "parameter '" + name + "': " + wrong);
    });
    return patterns;
}

std::string escape_braces(const std::string& text)
{
    std::string escaped;
    for (const char c : text) {
        if (c == '{' || c == '}')
            escaped += c;
        escaped += c;
    }
    return escaped;
}

} // namespace escher
