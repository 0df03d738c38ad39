#include "core/duration.hpp"

#include "core/ascii.hpp"

#include <array>
#include <cstdint>
#include <limits>

namespace escher {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr auto units = std::to_array<Unit>({
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
});

/// What a nanosecond clock can hold: whatever is parsed may be added to any clock of chrono.
constexpr std::int64_t most_milliseconds = std::numeric_limits<std::int64_t>::max() / 1'000'000;

/// Without the sign, so that the most negative value has a place too.
constexpr std::uint64_t magnitude(Duration duration)
{
    const auto count = static_cast<std::uint64_t>(duration.count());
    return duration.count() < 0 ? 0 - count : count;
}

} // namespace

std::optional<Duration> parse_duration(std::string_view text)
{
    if (text == "0")
        return Duration::zero();
    if (text.empty())
        return std::nullopt;
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        std::int64_t number = 0;
        std::size_t digits = 0;
        for (; digits < text.size() && is_digit(text[digits]); ++digits) {
            number = number * 10 + (text[digits] - '0');
            if (number > most_milliseconds)
                return std::nullopt;
        }
        std::size_t end = digits;
        while (end < text.size() && !is_digit(text[end]))
            ++end;
        const auto name = text.substr(digits, end - digits);
        while (next_unit < units.size() && units[next_unit].name != name)
            ++next_unit;
        if (digits == 0 || next_unit == units.size())
            return std::nullopt;
        const auto size = units[next_unit++].milliseconds;
        if (number > (most_milliseconds - total) / size)
            return std::nullopt;
        total += number * size;
        text.remove_prefix(end);
    }
    return Duration(total);
}

std::string format_duration(Duration duration)
{
    if (duration == Duration::zero())
        return "0s";
    std::string text = duration < Duration::zero() ? "-" : "";
    auto rest = magnitude(duration);
    for (const auto& unit : units) {
        const auto size = static_cast<std::uint64_t>(unit.milliseconds);
        if (rest < size)
            continue;
        text += std::to_string(rest / size);
        text += unit.name;
        rest %= size;
    }
    return text;
}

std::string describe_duration(Duration duration)
{
    const std::string sign = duration < Duration::zero() ? "-" : "";
    const auto total = magnitude(duration);
    for (std::size_t i = 0; i + 1 < units.size(); ++i) {
        const auto size = static_cast<std::uint64_t>(units[i].milliseconds);
        if (total < size)
            continue;
        auto text = sign + std::to_string(total / size) + " " + std::string(units[i].name);
        // Milliseconds beside whole seconds tell a person nothing.
        const auto& lesser = units[i + 1];
        const auto count = total % size / static_cast<std::uint64_t>(lesser.milliseconds);
        if (count != 0 && lesser.name != "ms")
            text += " " + std::to_string(count) + " " + std::string(lesser.name);
        return text;
    }
    return total == 0 ? "0 s" : sign + std::to_string(total) + " ms";
}

} // namespace escher
