#include "cli/render.hpp"

#include "core/duration.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace escher::cli {

std::string styled(std::string_view text, Style style, bool color)
{
    static constexpr std::array<std::string_view, 7> codes = {"", "1", "2", "31", "32", "33", "34"};
    if (!color || style == Style::plain)
        return std::string(text);
    return "\x1b[" + std::string(codes.at(static_cast<std::size_t>(style))) + "m" + std::string(text) + "\x1b[0m";
}

std::string relative_time(Time time, Time now)
{
    using namespace std::chrono_literals;
    const Duration ahead = time - now;
    if (ahead > -1s && ahead < 1s)
        return "now";
    return ahead > 0s ? "in " + describe_duration(ahead) : describe_duration(-ahead) + " ago";
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

int terminal_width()
{
    if (const char* columns = std::getenv("COLUMNS"); columns != nullptr)
        if (const int width = std::atoi(columns); width >= 20)
            return width;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

} // namespace escher::cli
