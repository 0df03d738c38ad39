#include "config/problems.hpp"

#include <algorithm>
#include <tuple>

namespace escher
{

std::size_t Problems::add_file(std::string name)
{
    files_.push_back(std::move(name));
    return files_.size() - 1;
}

void Problems::add(Place place, std::string text)
{
    problems_.push_back({place, std::move(text)});
}

std::string Problems::describe(Place place) const
{
    return files_[place.file] + ":" + std::to_string(place.at.line) + ":" + std::to_string(place.at.column);
}

std::string Problems::text() const
{
    std::vector<const Problem*> sorted;
    for (const auto& problem : problems_)
        sorted.push_back(&problem);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Problem* a, const Problem* b) {
        return std::tie(a->place.file, a->place.at) < std::tie(b->place.file, b->place.at);
    });
    std::string text;
    for (const auto* problem : sorted) {
        if (!text.empty())
            text += '\n';
        if (problem->place.at.line != 0)
            text += describe(problem->place) + ": ";
        text += problem->text;
    }
    return text;
}

std::string quotable(std::string_view text)
{
    constexpr std::size_t longest = 60;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string quoted;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool begins = (byte & 0xC0U) != 0x80U;
        if (quoted.size() >= longest && begins)
            return quoted + "...";
        // U+0080 to U+009F command some terminals as well; in UTF-8 they begin with C2.
        const bool after_c2 = i > 0 && static_cast<unsigned char>(text[i - 1]) == 0xC2;
        if (byte < 0x20 || byte == 0x7F || (byte < 0xA0 && after_c2 && !begins)) {
            quoted += "\\x";
            quoted += digits[byte >> 4];
            quoted += digits[byte & 15U];
        } else {
            quoted += text[i];
        }
    }
    return quoted;
}

} // namespace escher
