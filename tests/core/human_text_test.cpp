#include <doctest/doctest.h>

#include "core/human_text.hpp"

#include <string>
#include <vector>

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("times are told relative to now")
{
    const Time now(1'000'000s);
    CHECK(relative_time(now, now) == "now");
    CHECK(relative_time(now + 500ms, now) == "now");
    CHECK(relative_time(now + 41s, now) == "in 41 s");
    CHECK(relative_time(now - 192min, now) == "3 h 12 m ago");
}

TEST_CASE("sizes are told in the largest unit that leaves a digit before the point")
{
    const std::vector<std::pair<std::int64_t, std::string>> rows = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {1536, "1.5 KiB"},
        {1048575, "1.0 MiB"},
        {4 * 1024 * 1024, "4.0 MiB"},
        {5'000'000'000, "4.7 GiB"},
        {9'223'372'036'854'775'807, "8192.0 PiB"},
    };
    for (const auto& [bytes, text] : rows)
        CHECK(human_bytes(bytes) == text);
}
