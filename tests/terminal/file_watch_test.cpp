#include <doctest/doctest.h>

#include "temporary_directory.hpp"
#include "terminal/file_watch.hpp"

#include <fstream>

using namespace escher;
using namespace std::chrono_literals;

TEST_CASE("a write wakes who watches the file or its directory")
{
    const TemporaryDirectory root;
    std::ofstream(root / "jobs.db-wal") << "";
    FileWatch of_file;
    FileWatch of_directory;
    REQUIRE(of_file.add(root / "jobs.db-wal"));
    REQUIRE(of_directory.add(root.path()));
    CHECK_FALSE(of_file.add(root / "missing"));
    std::ofstream(root / "jobs.db-wal") << "page";
    of_file.wait(1h); // returns, or the test hangs
    of_directory.wait(1h);
}
