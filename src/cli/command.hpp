#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace escher::cli {

struct Context;

/// One option of a command. `value` is the placeholder in the help text; empty: a flag.
struct Option {
    std::string name; ///< long name without dashes
    char letter = 0; ///< 0: none
    std::string value;
    std::string help; ///< empty: accepted, but listed nowhere
    bool repeatable = false;
};

/// The parsed command line of one command.
class Arguments {
public:
    std::map<std::string, std::vector<std::string>> options; ///< by long name; flags hold "", one for each time given
    std::vector<std::string> positional;
    std::optional<std::vector<std::string>> argv; ///< what follows the first `--`, untouched

    [[nodiscard]] bool has(const std::string& name) const { return options.contains(name); }
    [[nodiscard]] std::optional<std::string> value(const std::string& name) const; ///< the last one given
    [[nodiscard]] std::vector<std::string> values(const std::string& name) const;
};

/// Under which heading the overview lists a command.
enum class Group { creating, watching, inside, schedules, administration, hidden };

/// A command: the table that parsing, --help, completion and dispatch all read.
struct Subcommand {
    std::string name; ///< empty: the tick
    Group group = Group::hidden;
    std::string synopsis; ///< what follows the name: "[options] ID..."
    std::string summary; ///< one line
    std::vector<Option> options = {}; ///< without those that work everywhere
    std::vector<std::string> examples = {};
    std::size_t min_positional = 0;
    std::size_t max_positional = 0;
    bool takes_argv = false; ///< accepts `-- COMMAND...`; elsewhere what follows `--` are further arguments
    int (*run)(Context&, const Arguments&) = nullptr; ///< returns the exit status
};

} // namespace escher::cli
