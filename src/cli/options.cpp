#include "cli/options.hpp"

#include "cli/commands_table.hpp"
#include "core/suggest.hpp"

#include <escher/error.hpp>

#include <algorithm>
#include <iterator>

// The only translation unit that sees cxxopts. Values are never split at commas, and no std::regex is compiled at start.
#define CXXOPTS_VECTOR_DELIMITER static_cast<char>(0)
#define CXXOPTS_NO_REGEX true
#include <cxxopts.hpp>

namespace escher::cli {

namespace {

[[noreturn]] void refuse(const std::string& text)
{
    throw Error(ErrorKind::usage, text);
}

std::vector<const Option*> options_of(const Subcommand& command)
{
    std::vector<const Option*> all;
    for (const Option& option : command.options)
        all.push_back(&option);
    for (const Option& option : global_options())
        all.push_back(&option);
    return all;
}

const Option* option_named(const std::vector<const Option*>& options, std::string_view name)
{
    const auto found = std::ranges::find(options, name, &Option::name);
    return found == options.end() ? nullptr : *found;
}

/// The option of a word that takes a value.
struct Taker {
    const Option* option = nullptr; ///< none: no value, or one behind '='
    std::size_t value = 0; ///< where in the word its value begins; at the word's end: it is the next word
};

/// "--name", "-n", "-n5", and behind flags "-vn5".
Taker taker_in(const std::string& word, const std::vector<const Option*>& options)
{
    const auto takes_value = [](const Option* option) { return option != nullptr && !option->value.empty(); };
    if (word.starts_with("--")) {
        const Option* option = option_named(options, std::string_view(word).substr(2));
        return takes_value(option) ? Taker{option, word.size()} : Taker{};
    }
    for (std::size_t at = 1; word.starts_with('-') && at < word.size(); ++at) {
        const auto found = std::ranges::find(options, word[at], &Option::letter);
        if (found == options.end())
            break;
        if (takes_value(*found))
            return {*found, at + 1};
    }
    return {};
}

struct Words {
    std::optional<std::string> command;
    std::vector<std::string> ours; ///< without program and command word
    std::optional<std::vector<std::string>> argv; ///< after the first `--`
};

/// Cuts at the first `--` and takes out the command: the first word that is neither an option nor a value of a
/// global one.
Words cut(std::span<const std::string> argv)
{
    Words words;
    std::vector<const Option*> global;
    for (const Option& option : global_options())
        global.push_back(&option);
    auto end = std::find(argv.begin(), argv.end(), "--");
    for (auto word = argv.begin(); word != end; ++word) {
        if (word == argv.begin())
            continue;
        if (!words.command && (word->empty() || word->front() != '-')) {
            words.command = *word;
            continue;
        }
        words.ours.push_back(*word);
        const Taker taker = words.command ? Taker{} : taker_in(*word, global);
        if (taker.option != nullptr && taker.value == word->size() && std::next(word) != end)
            words.ours.push_back(*++word);
    }
    if (end != argv.end())
        words.argv.emplace(std::next(end), argv.end());
    return words;
}

/// cxxopts would not complain of "--flag=true".
void refuse_flag_with_value(const std::string& word, const std::vector<const Option*>& options)
{
    const auto equals = word.find('=');
    if (!word.starts_with("--") || equals == std::string::npos)
        return;
    const Option* option = option_named(options, std::string_view(word).substr(2, equals - 2));
    if (option != nullptr && option->value.empty())
        refuse("option '--" + option->name + "' takes no value");
}

/// Splits "-pKEY=VALUE", which cxxopts takes for no option at all.
std::vector<std::string> normalized(const std::vector<std::string>& words, const std::vector<const Option*>& options)
{
    std::vector<std::string> result;
    for (auto word = words.begin(); word != words.end(); ++word) {
        const Taker taker = taker_in(*word, options);
        if (taker.option == nullptr) {
            refuse_flag_with_value(*word, options);
            result.push_back(*word);
            continue;
        }
        result.push_back(word->substr(0, taker.value));
        if (taker.value < word->size())
            result.push_back(word->substr(taker.value));
        else if (std::next(word) != words.end())
            result.push_back(*++word);
        else
            refuse("option '" + *word + "' needs a value: " + *word + " " + taker.option->value);
    }
    return result;
}

[[noreturn]] void refuse_option(const Subcommand& command, std::string word,
                                const std::vector<const Option*>& options)
{
    word = word.substr(0, word.find('='));
    std::vector<std::string> known;
    for (const Option* option : options)
        if (!option->help.empty())
            known.push_back("--" + option->name);
    std::string text = "unknown option '" + word + "'";
    if (!command.name.empty())
        text += " of '" + command.name + "'";
    text += did_you_mean(word, known);
    if (command.takes_argv)
        text += "; options of the job's own command go after --";
    refuse(text);
}

void parse_options(const Subcommand& command, const std::vector<std::string>& words, Arguments& arguments)
{
    const auto options = options_of(command);
    cxxopts::Options parser("escher-cron");
    parser.allow_unrecognised_options();
    auto add = parser.add_options();
    for (const Option* option : options) {
        const std::string spec =
            option->letter != 0 ? std::string(1, option->letter) + "," + option->name : option->name;
        if (option->value.empty())
            add(spec, "", cxxopts::value<bool>());
        else
            add(spec, "", cxxopts::value<std::vector<std::string>>());
    }
    const std::vector<std::string> cleaned = normalized(words, options);
    std::vector<const char*> pointers = {"escher-cron"};
    for (const std::string& word : cleaned)
        pointers.push_back(word.c_str());
    try {
        const auto result = parser.parse(static_cast<int>(pointers.size()), pointers.data());
        for (const Option* option : options) {
            const auto count = result.count(option->name);
            if (count == 0)
                continue;
            auto& values = arguments.options[option->name];
            if (option->value.empty())
                values.assign(count, "");
            else
                values = result[option->name].as<std::vector<std::string>>();
        }
        for (const std::string& word : result.unmatched()) {
            if (word.size() > 1 && word.front() == '-')
                refuse_option(command, word, options);
            arguments.positional.push_back(word);
        }
    } catch (const cxxopts::exceptions::exception& error) {
        refuse(error.what());
    }
}

void check_counts(const Subcommand& command, const Arguments& arguments)
{
    const std::string usage = "escher-cron " + command.name + " " + command.synopsis;
    if (arguments.positional.size() < command.min_positional)
        refuse("'" + command.name + "' needs more: " + usage);
    if (arguments.positional.size() > command.max_positional)
        refuse("'" + command.name + "' does not take '" + arguments.positional[command.max_positional] +
               "': " + usage);
    for (const Option& option : command.options)
        if (!option.repeatable && !option.value.empty() && arguments.values(option.name).size() > 1)
            refuse("option '--" + option.name + "' can be given only once");
}

const Subcommand& command_called(const std::string& name)
{
    if (const Subcommand* command = find_command(name))
        return *command;
    std::vector<std::string> known;
    for (const Subcommand& command : commands())
        if (command.group != Group::hidden)
            known.push_back(command.name);
    refuse("unknown command '" + name + "'" + did_you_mean(name, known));
}

} // namespace

Parsed parse_command_line(std::span<const std::string> argv)
{
    Words words = cut(argv);
    Parsed parsed;
    if (words.command == "help") {
        std::erase_if(words.ours, [](const std::string& word) { return word.starts_with('-'); });
        parsed.command = &command_called(words.ours.empty() ? "" : words.ours.front());
        parsed.help = true;
        parsed.overview = words.ours.empty();
        return parsed;
    }
    parsed.command = &command_called(words.command.value_or(""));
    parse_options(*parsed.command, words.ours, parsed.arguments);
    if (words.argv) {
        if (parsed.command->takes_argv)
            parsed.arguments.argv = std::move(words.argv);
        else if (parsed.command->name.empty())
            refuse("there is no command before '--': to create a job, write 'escher-cron add -- COMMAND'");
        else
            std::ranges::move(*words.argv, std::back_inserter(parsed.arguments.positional));
    }
    parsed.version = parsed.arguments.has("version");
    parsed.help = parsed.arguments.has("help");
    parsed.overview = parsed.help && parsed.command->name.empty();
    if (!parsed.help && !parsed.version)
        check_counts(*parsed.command, parsed.arguments);
    return parsed;
}

std::string help_call(std::span<const std::string> argv)
{
    const Subcommand* command = find_command(cut(argv).command.value_or(""));
    return "escher-cron " + (command == nullptr || command->name.empty() ? "" : command->name + " ") + "--help";
}

} // namespace escher::cli
