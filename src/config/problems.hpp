#pragma once

#include "config/toml_document.hpp"

#include <string>
#include <vector>

namespace escher {

/// Where in the files of a config something stands.
struct Place {
    std::size_t file = 0; ///< of Problems::add_file
    Position at{};
};

/// What is wrong with a config: collected, so that one attempt shows all of it.
class Problems {
public:
    /// `name` is what a person knows the file by.
    std::size_t add_file(std::string name);

    /// A place without a line belongs to the file as a whole: its text has to name it.
    void add(Place place, std::string text);

    [[nodiscard]] bool empty() const { return problems_.empty(); }

    /// "file:line:column".
    [[nodiscard]] std::string describe(Place place) const;

    /// A line for each, by file and position: "file:line:column: text".
    [[nodiscard]] std::string text() const;

private:
    struct Problem {
        Place place;
        std::string text;
    };

    std::vector<std::string> files_;
    std::vector<Problem> problems_;
};

/// `text` of a config as messages quote it: cut after `longest` bytes, control characters as \xNN.
[[nodiscard]] std::string quotable(std::string_view text, std::size_t longest = 60);

} // namespace escher
