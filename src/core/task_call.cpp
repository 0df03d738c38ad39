#include "core/task_call.hpp"

#include "core/pattern_flavour.hpp"
#include "core/schedule_task.hpp"
#include "core/suggest.hpp"

namespace escher {

namespace {

// Longer values are no parameters but payloads (which go to stdin), and bound what a pattern can cost.
constexpr std::size_t longest_value = 4096;

std::vector<std::string> keys_of(const std::map<std::string, Task>& tasks)
{
    std::vector<std::string> names;
    for (const auto& [name, task] : tasks)
        names.push_back(name);
    return names;
}

/// A piece of a template: literal text, or the name of a parameter.
struct Piece {
    std::string text;
    bool parameter = false;
};

std::vector<Piece> parse_template(const std::string& text)
{
    std::vector<Piece> pieces;
    std::string literal;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool doubled = i + 1 < text.size() && text[i + 1] == c;
        if ((c == '{' || c == '}') && doubled) {
            literal += c;
            ++i;
        } else if (c == '{') {
            const std::size_t end = text.find('}', i);
            if (end == std::string::npos)
                throw std::invalid_argument("'{' without '}' (write '{{' for a brace)");
            if (end == i + 1)
                throw std::invalid_argument("'{}' names no parameter (write '{{}}' for braces)");
            pieces.push_back({std::move(literal), false});
            literal.clear();
            pieces.push_back({text.substr(i + 1, end - i - 1), true});
            i = end;
        } else if (c == '}') {
            throw std::invalid_argument("'}' without '{' (write '}}' for a brace)");
        } else {
            literal += c;
        }
    }
    pieces.push_back({std::move(literal), false});
    return pieces;
}

std::string fill_in(const std::string& text, const std::map<std::string, std::string>& params)
{
    std::string filled;
    for (const auto& piece : parse_template(text))
        filled += piece.parameter ? params.at(piece.text) : piece.text;
    return filled;
}

void check_parameter(const Task& task, const std::string& name, const std::string& value)
{
    const auto declared = task.params.find(name);
    if (declared == task.params.end()) {
        std::vector<std::string> known;
        for (const auto& [key, pattern] : task.params)
            known.push_back(key);
        throw RejectedJob("task '" + task.name + "' takes no parameter '" + name + "'" + did_you_mean(name, known));
    }
    if (value.find('\0') != std::string::npos)
        throw RejectedJob("parameter '" + name + "' contains a NUL byte");
    if (value.size() > longest_value)
        throw RejectedJob("parameter '" + name + "' is longer than " + std::to_string(longest_value) +
                          " bytes: give long data on stdin");
    if (!std::regex_match(value, std::regex(declared->second, pattern_flavour)))
        throw RejectedJob("parameter '" + name + "' of task '" + task.name + "' does not match its pattern " +
                          declared->second);
}

Invocation resolve_task(const Policies& policies, const TaskCall& call)
{
    const auto found = policies.tasks.find(call.task);
    const auto schedule = schedule_of_task(call.task);
    if (found == policies.tasks.end() && schedule)
        throw RejectedJob("schedule '" + *schedule + "' is not in the config any more");
    if (found == policies.tasks.end())
        throw RejectedJob("task '" + call.task + "' is not in the config: add [task." + call.task + "]" +
                          did_you_mean(call.task, keys_of(policies.tasks)));
    const Task& task = found->second;
    for (const auto& [name, value] : call.params)
        check_parameter(task, name, value);
    for (const auto& [name, pattern] : task.params)
        if (!call.params.contains(name))
            throw RejectedJob("task '" + task.name + "' needs the parameter '" + name + "'");
    Invocation invocation;
    invocation.task = &task;
    for (const auto& element : task.argv)
        invocation.argv.push_back(fill_in(element, call.params));
    if (task.input)
        invocation.input = fill_in(*task.input, call.params);
    return invocation;
}

} // namespace

Invocation resolve(const Policies& policies, const Work& work)
{
    if (const auto* unrunnable = std::get_if<Unrunnable>(&work))
        throw RejectedJob(unrunnable->why);
    if (const auto* call = std::get_if<TaskCall>(&work))
        return resolve_task(policies, *call);
    const auto& command = std::get<Command>(work);
    if (policies.commands != CommandTrust::any)
        throw RejectedJob("a command of the job's own is not allowed here, only tasks of the config: others than the "
                          "tick's user can write the database (see security.commands in escher-cron.toml(5))");
    if (command.argv.empty() || command.argv.front().empty())
        throw RejectedJob("the command is empty");
    return {command.argv, std::nullopt, nullptr};
}

std::vector<std::string> placeholders(const std::string& text)
{
    std::vector<std::string> names;
    for (auto& piece : parse_template(text))
        if (piece.parameter)
            names.push_back(std::move(piece.text));
    return names;
}

} // namespace escher
