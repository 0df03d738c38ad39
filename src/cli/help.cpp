#include "cli/help.hpp"

#include "cli/commands_table.hpp"

#include <algorithm>

namespace escher::cli {

namespace {

constexpr std::size_t most_lines = 25;

std::string usage_of(const Subcommand& command)
{
    std::string text = "escher-cron";
    for (const std::string& part : {command.name, command.synopsis})
        if (!part.empty())
            text += " " + part;
    return text;
}

std::string left_side(const Option& option)
{
    std::string text = option.letter != 0 ? std::string("-") + option.letter + ", " : std::string("    ");
    text += "--" + option.name;
    return option.value.empty() ? text : text + " " + option.value;
}

std::vector<std::string> option_lines(std::span<const Option> options)
{
    std::size_t width = 0;
    for (const Option& option : options)
        if (!option.help.empty())
            width = std::max(width, left_side(option).size());
    std::vector<std::string> lines;
    for (const Option& option : options) {
        if (option.help.empty())
            continue;
        const std::string left = left_side(option);
        lines.push_back("  " + left + std::string(width - left.size() + 2, ' ') + option.help);
    }
    return lines;
}

std::size_t size_of(const std::vector<std::vector<std::string>>& sections)
{
    std::size_t lines = 0;
    for (const auto& section : sections)
        lines += section.size();
    return lines;
}

std::string_view heading(Group group)
{
    switch (group) {
    case Group::creating:
        return "Create and steer jobs";
    case Group::watching:
        return "Look at them";
    case Group::inside:
        return "Inside a job";
    case Group::schedules:
        return "What is ahead";
    case Group::administration:
        return "Administration";
    case Group::hidden:
        break;
    }
    return {};
}

std::string short_summary(const Subcommand& command)
{
    const auto end = command.summary.find_first_of(".:;");
    std::string text = command.summary.substr(0, end);
    if (command.group == Group::inside && command.summary.size() > text.size() + 2)
        text = command.summary.substr(text.size() + 2);
    if (text.ends_with('.'))
        text.pop_back();
    if (text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

} // namespace

std::string help_for(const Subcommand& command)
{
    std::vector<std::vector<std::string>> sections;
    sections.push_back({"Usage: " + usage_of(command), command.summary});
    if (auto lines = option_lines(command.options); !lines.empty())
        sections.push_back(std::move(lines));
    std::vector<std::string> examples = {"Examples:"};
    for (const std::string& example : command.examples)
        examples.push_back("  " + example);
    sections.push_back(std::move(examples));
    sections.push_back({"Also: -c FILE, --json, -q, -v, --color WHEN, --utc; see escher-cron --help."});

    const bool airy = size_of(sections) + sections.size() - 1 <= most_lines;
    std::string text;
    for (const auto& section : sections) {
        if (airy && !text.empty())
            text += '\n';
        for (const std::string& line : section)
            text += line + '\n';
    }
    return text;
}

std::string overview()
{
    std::string text = "Usage: escher-cron [--once]              a tick: run what is due\n"
                       "       escher-cron COMMAND [options]     escher-cron COMMAND -h tells more\n";
    Group group = Group::hidden;
    for (const Subcommand& command : commands()) {
        if (command.group == Group::hidden)
            continue;
        if (command.group != group)
            text += std::string(heading(command.group)) + ":\n";
        group = command.group;
        text += "  " + command.name + std::string(12 - command.name.size(), ' ') + short_summary(command) + '\n';
    }
    text += "Everywhere:\n";
    for (const std::string& line : option_lines(global_options()))
        text += line + '\n';
    return text;
}

} // namespace escher::cli
