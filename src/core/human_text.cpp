#include "core/human_text.hpp"

#include "core/duration.hpp"

#include <array>
#include <cstdio>

namespace escher {

std::string relative_time(Time time, Time now)
{
    using namespace std::chrono_literals;
    const Duration ahead = time - now;
    if (ahead > -1s && ahead < 1s)
        return "now";
    return ahead > 0s ? "in " + describe_duration(ahead) : describe_duration(-ahead) + " ago";
}

std::string two_digits(std::int64_t value)
{
    return (value < 10 ? "0" : "") + std::to_string(value);
}

std::string human_bytes(std::int64_t bytes)
{
    static constexpr std::array<const char*, 6> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < 1024)
        return std::to_string(bytes) + " B";
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    // 1023.95 would be shown as 1024.0.
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, units.at(unit));
    return text.data();
}

} // namespace escher
