#include "terminal/render.hpp"

#include <sys/ioctl.h>

#include <algorithm>
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

TerminalSize terminal_size(int fd)
{
    constexpr int least = 20; // less is a mistake, or no place for a table
    TerminalSize size;
    winsize found{};
    const bool told = ::ioctl(fd, TIOCGWINSZ, &found) == 0 && found.ws_col >= least;
    if (told)
        size = {.columns = found.ws_col, .rows = found.ws_row > 0 ? found.ws_row : size.rows};
    // Never more than there is: a line that wraps cannot be redrawn.
    if (const char* columns = std::getenv("COLUMNS"); columns != nullptr)
        if (const int wanted = std::atoi(columns); wanted >= least)
            size.columns = told ? std::min(wanted, size.columns) : wanted;
    return size;
}

} // namespace escher
