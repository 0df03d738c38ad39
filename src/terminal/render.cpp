#include "terminal/render.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace escher {

std::string styled(std::string_view text, Style style, bool color)
{
    static constexpr std::array<std::string_view, 7> codes = {"", "1", "2", "31", "32", "33", "34"};
    if (!color || style == Style::plain)
        return std::string(text);
    return "\x1b[" + std::string(codes.at(static_cast<std::size_t>(style))) + "m" + std::string(text) + "\x1b[0m";
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

} // namespace escher
