#include "config/quantity.hpp"

#include "core/duration.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace escher {

namespace {

/// The number that `text` begins with, taken off its front; no sign.
std::optional<std::int64_t> take_number(std::string_view& text)
{
    std::int64_t value = 0;
    if (text.empty() || text.front() < '0' || text.front() > '9')
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

constexpr auto size_units = std::to_array<std::pair<std::string_view, std::int64_t>>({
    {"B", 1},
    {"kB", 1'000},
    {"KB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"TB", 1'000'000'000'000},
    {"KiB", std::int64_t{1} << 10},
    {"MiB", std::int64_t{1} << 20},
    {"GiB", std::int64_t{1} << 30},
    {"TiB", std::int64_t{1} << 40},
});

} // namespace

std::optional<std::int64_t> parse_size(std::string_view text)
{
    const auto number = take_number(text);
    if (!number)
        return std::nullopt;
    for (const auto& [unit, bytes] : size_units) {
        if (unit != text)
            continue;
        if (*number > std::numeric_limits<std::int64_t>::max() / bytes)
            return std::nullopt;
        return *number * bytes;
    }
    return std::nullopt;
}

std::optional<Rate> parse_rate(std::string_view text)
{
    using namespace std::chrono_literals;
    constexpr auto windows = std::to_array<std::pair<std::string_view, std::chrono::seconds>>({
        {"s", 1s},
        {"min", 1min},
        {"h", 1h},
        {"d", 24h},
    });
    const auto count = take_number(text);
    if (!count || *count < 1 || *count > std::numeric_limits<int>::max() || !text.starts_with('/'))
        return std::nullopt;
    text.remove_prefix(1);
    for (const auto& [name, length] : windows)
        if (name == text)
            return Rate{static_cast<int>(*count), length};
    const auto window = parse_duration(text);
    if (!window || *window <= Duration::zero())
        return std::nullopt;
    return Rate{static_cast<int>(*count), *window};
}

std::optional<int> parse_percent(std::string_view text)
{
    const auto number = take_number(text);
    if (!number || text != "%" || *number > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<int>(*number);
}

std::optional<unsigned> parse_umask(std::string_view text)
{
    unsigned value = 0;
    const auto* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, value, 8);
    if (text.empty() || text.size() > 4 || error != std::errc() || last != end || value > 0777)
        return std::nullopt;
    return value;
}

} // namespace escher
