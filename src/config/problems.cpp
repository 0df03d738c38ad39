#include "config/problems.hpp"

#include <algorithm>
#include <tuple>

namespace escher {

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

std::string quotable(std::string_view text, std::size_t longest)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte_at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [](unsigned byte) { return (byte & 0xC0U) == 0x80U; }; // a UTF-8 sequence
    std::string quoted;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = byte_at(i);
        if (quoted.size() >= longest && !continues(byte))
            return quoted + "...";
        // U+0080 to U+009F command some terminals as well; in UTF-8 they are C2 80 to C2 9F.
        const bool begins_c1 = byte == 0xC2 && continues(byte_at(i + 1)) && byte_at(i + 1) < 0xA0;
        const bool ends_c1 = i > 0 && byte_at(i - 1) == 0xC2 && continues(byte) && byte < 0xA0;
        if (byte < 0x20 || byte == 0x7F || begins_c1 || ends_c1) {
            quoted += "\\x";
            quoted += digits[byte >> 4U];
            quoted += digits[byte & 15U];
        } else {
            quoted += text[i];
        }
    }
    return quoted;
}

} // namespace escher
