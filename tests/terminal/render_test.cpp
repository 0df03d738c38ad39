#include <doctest/doctest.h>

#include "os/fd.hpp"
#include "terminal/render.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>

#include <cstdlib>

using namespace escher;

TEST_CASE("styles are left away without colour")
{
    CHECK(styled("x", Style::red, true) == "\x1b[31mx\x1b[0m");
    CHECK(styled("x", Style::red, false) == "x");
    CHECK(styled("x", Style::plain, true) == "x");
}

TEST_CASE("a terminal is as wide as the kernel says, or less where $COLUMNS wants it so")
{
    int leader = -1;
    int follower = -1;
    winsize size{.ws_row = 50, .ws_col = 120, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::openpty(&leader, &follower, nullptr, nullptr, &size) == 0);
    const os::Fd first(leader);
    const os::Fd terminal(follower);
    ::unsetenv("COLUMNS");
    CHECK(terminal_size(terminal.get()).columns == 120);
    CHECK(terminal_size(terminal.get()).rows == 50);
    ::setenv("COLUMNS", "100", 1);
    CHECK(terminal_size(terminal.get()).columns == 100);
    ::setenv("COLUMNS", "500", 1);
    CHECK(terminal_size(terminal.get()).columns == 120);
    ::unsetenv("COLUMNS");

    size.ws_col = 0;
    REQUIRE(::ioctl(terminal.get(), TIOCSWINSZ, &size) == 0);
    CHECK(terminal_size(terminal.get()).columns == 80);
    CHECK(terminal_size(-1).rows == 24);
    ::setenv("COLUMNS", "100", 1);
    CHECK(terminal_size(-1).columns == 100);
    ::unsetenv("COLUMNS");
}
