#include "processes.hpp"

#include "os/zone_files.hpp"

#include <escher/error.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

using namespace escher;
using namespace std::chrono;

namespace {

constexpr Time winter = sys_days{2026y / January / 15};
constexpr Time summer = sys_days{2026y / July / 15};

/// The offsets of "local" in winter and summer, in minutes, where $TZ is `variable`: each is loaded only once a process.
std::pair<int, int> local_with(const char* variable)
{
    const auto offset = [&](Time time) {
        return await_exit(fork_and_run([&] {
            ::setenv("TZ", variable, 1);
            const auto zone = os::load_zone("local");
            return zone ? static_cast<int>(zone->offset_at(time).count() / 900) + 100 : 0; // quarters of an hour
        }));
    };
    const int in_winter = offset(winter);
    const int in_summer = offset(summer);
    return {in_winter == 0 ? -1 : (in_winter - 100) * 15, in_summer == 0 ? -1 : (in_summer - 100) * 15};
}

} // namespace

TEST_CASE("zones are loaded by their name, once")
{
    const auto berlin = os::load_zone("Europe/Berlin");
    REQUIRE(berlin);
    CHECK(berlin->offset_at(winter) == 1h);
    CHECK(berlin->offset_at(summer) == 2h);
    CHECK(os::load_zone("Europe/Berlin") == berlin);
    REQUIRE(os::load_zone("UTC"));
    CHECK(os::load_zone("UTC")->offset_at(summer) == 0s);
    CHECK(os::load_zone("Etc/GMT+1"));
}

TEST_CASE("what is no zone is none")
{
    for (const std::string name : {"", "Nowhere/Land", "../zoneinfo/Europe/Berlin", "Europe/../Europe/Berlin",
                                   "/usr/share/zoneinfo/Europe/Berlin", "/etc/localtime", "Europe", "Europe/",
                                   "zone.tab", "Europe//Berlin", "Europe/Berlin\n", "./Europe/Berlin x"}) {
        CAPTURE(name);
        CHECK_FALSE(os::load_zone(name));
    }
    CHECK_FALSE(os::load_zone(std::string("Europe/Berlin\0x", 15)));
    CHECK_FALSE(os::load_zone(std::string(300, 'a')));
}

TEST_CASE("local is what TZ says")
{
    CHECK(local_with("Europe/Berlin") == std::pair{60, 120});
    CHECK(local_with(":Asia/Kathmandu") == std::pair{345, 345});
    CHECK(local_with("/usr/share/zoneinfo/America/New_York") == std::pair{-300, -240});
    CHECK(local_with("") == std::pair{0, 0});
    CHECK(local_with("CET-1CEST,M3.5.0,M10.5.0/3") == std::pair{60, 120});
    CHECK(local_with("XYZ5") == std::pair{-300, -300});
    CHECK(local_with("/etc/passwd") == std::pair{-1, -1});
    CHECK(local_with("no such zone") == std::pair{-1, -1});
    CHECK(os::load_zone("local")); // last: from here on it is loaded
}

TEST_CASE("a zone that cannot be read is not one that does not exist")
{
    CHECK(await_exit(fork_and_run([] {
              rlimit limit = {};
              ::getrlimit(RLIMIT_NOFILE, &limit);
              limit.rlim_cur = 0;
              if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
                  return 1;
              try {
                  static_cast<void>(os::load_zone("Pacific/Chatham"));
              } catch (const Error& error) {
                  limit.rlim_cur = limit.rlim_max; // a sanitizer needs descriptors to look at an object
                  ::setrlimit(RLIMIT_NOFILE, &limit);
                  return error.kind() == ErrorKind::io ? 0 : 2;
              }
              return 3;
          })) == 0);
}
