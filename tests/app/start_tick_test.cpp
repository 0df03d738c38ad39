#include <doctest/doctest.h>

#include "app/start_tick.hpp"
#include "temporary_directory.hpp"

#include <unistd.h>

#include <fstream>

using namespace escher;

TEST_CASE("who owns the lock file starts ticks, anybody else touches the wake file")
{
    const TemporaryDirectory root;
    Config config;
    config.database.path = root / "jobs.db";
    config.run.lock = root / "run.lock";
    CHECK(how_to_start(config) == TickStart::detached); // no lock yet: the directory is ours
    std::ofstream(config.run.lock) << "";
    CHECK(how_to_start(config) == TickStart::detached);
    if (::geteuid() != 0) {
        config.policies.user = "somebody-else";
        CHECK(how_to_start(config) == TickStart::wake_file);
    } else {
        REQUIRE(::chown(config.run.lock.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
        CHECK(how_to_start(config) == TickStart::wake_file);
    }
    Config nowhere;
    nowhere.database.path = root / "missing/jobs.db";
    nowhere.run.lock = root / "missing/run.lock";
    CHECK(how_to_start(nowhere) == TickStart::wake_file);
}
