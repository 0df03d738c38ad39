#include <doctest/doctest.h>

#include "cli/commands_table.hpp"
#include "cli/help.hpp"
#include "cli/options.hpp"

#include <algorithm>
#include <set>

using namespace escher::cli;

namespace {

std::size_t longest_line(const std::string& text)
{
    std::size_t longest = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        longest = std::max(longest, end - begin);
        begin = end + 1;
    }
    return longest;
}

} // namespace

TEST_CASE("the help of every command has at most 25 lines, with its options and examples")
{
    for (const Subcommand& command : commands()) {
        CAPTURE(command.name);
        const std::string help = help_for(command);
        CHECK(std::ranges::count(help, '\n') <= 25);
        CHECK(help.ends_with('\n'));
        CHECK_FALSE(command.examples.empty());
        for (const std::string& example : command.examples)
            CHECK(help.find(example) != std::string::npos);
        for (const Option& option : command.options) {
            CAPTURE(option.name);
            const bool listed = help.find("--" + option.name) != std::string::npos;
            CHECK(listed == !option.help.empty());
        }
    }
}

TEST_CASE("but for a long synopsis, help fits an 80 column terminal")
{
    for (const Subcommand& command : commands()) {
        CAPTURE(command.name);
        std::string help = help_for(command);
        help.erase(0, help.find('\n', help.find('\n') + 1) + 1); // synopsis and summary
        CHECK(longest_line(help) <= 80);
    }
}

TEST_CASE("the overview has at most 40 lines and names every command and option that works everywhere")
{
    const std::string text = overview();
    CHECK(std::ranges::count(text, '\n') <= 40);
    for (const Subcommand& command : commands())
        if (!command.name.empty())
            CHECK(text.find("\n  " + command.name + " ") != std::string::npos);
    for (const Option& option : global_options())
        CHECK(text.find("--" + option.name) != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("no command has two options of one name or one letter, those that work everywhere included")
{
    for (const Subcommand& command : commands()) {
        CAPTURE(command.name);
        std::set<std::string> names;
        std::set<char> letters;
        const auto add = [&](const Option& option) {
            CAPTURE(option.name);
            CHECK(names.insert(option.name).second);
            CHECK((option.letter == 0 || letters.insert(option.letter).second));
        };
        for (const Option& option : global_options())
            add(option);
        for (const Option& option : command.options)
            add(option);
    }
}

TEST_CASE("every example of a command can be parsed")
{
    for (const Subcommand& command : commands())
        for (std::string example : command.examples) {
            CAPTURE(example);
            // What a shell would see: up to a pipe or a trailing remark, words quoted with '.
            example = example.substr(0, std::min(example.find(" |"), example.find("  ")));
            std::vector<std::string> words(1);
            bool quoted = false;
            for (const char c : example) {
                if (c == '\'')
                    quoted = !quoted;
                else if (c == ' ' && !quoted)
                    words.emplace_back();
                else
                    words.back() += c;
            }
            if (words.front() != "escher-cron")
                continue; // a crontab line
            CHECK(parse_command_line(words).command->name == command.name);
        }
}
