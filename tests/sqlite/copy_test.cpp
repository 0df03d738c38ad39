#include "contract.hpp"
#include "sqlite/inspect.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <map>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

/// Every file of the directory with its size and time, to the nanosecond.
std::map<std::string, std::tuple<long, long, long>> state_of_files(const TestDatabase& place)
{
    std::map<std::string, std::tuple<long, long, long>> state;
    for (const auto& entry : std::filesystem::directory_iterator(place.directory())) {
        struct stat status {};
        REQUIRE(::stat(entry.path().c_str(), &status) == 0);
        state[entry.path().filename()] = {status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    }
    return state;
}

} // namespace

TEST_CASE("a copy holds all that is committed and leaves the files untouched")
{
    const TestDatabase place;
    auto options = place.options(Access::create);
    SUBCASE("with a write-ahead log") {}
    SUBCASE("with a rollback journal")
    {
        options.rollback_journal = true;
    }
    const auto store = sqlite::open_store(options);
    std::vector<NewJob> jobs(500, command());
    store->create(jobs, start);
    auto big = command();
    big.input = std::string(2'000'000, 'x');
    create_one(*store, big);
    SUBCASE("after a checkpoint")
    {
        (void)store->maintain();
    }
    create_one(*store, command());
    const auto before = state_of_files(place);
    {
        const auto copy = sqlite::copy_store(place.options(Access::read));
        CHECK(copy->summary().jobs.at(JobState::available) == 502);
        CHECK(copy->identity() == store->identity());
        const auto claims = claim(*copy, slots(100, 1000));
        CHECK(claims.size() == 100);
        CHECK(copy->maintain().empty());
        CHECK(copy->summary().jobs.at(JobState::running) == 100);
    }
    CHECK(state_of_files(place) == before);
    CHECK(store->summary().jobs.at(JobState::available) == 502);
}

TEST_CASE("a copy does not hold what is not committed")
{
    const TestDatabase place;
    const auto store = place.open();
    create_one(*store, command());
    auto bad = std::vector<NewJob>(50, command());
    bad.back().after = {{JobId(999), false}};
    CHECK_THROWS_AS((void)store->create(bad, start), Error);
    const auto copy = sqlite::copy_store(place.options(Access::read));
    CHECK(copy->summary().jobs.at(JobState::available) == 1);
}

TEST_CASE("a copy of what is no database of ours is refused")
{
    const TestDatabase place;
    CHECK_THROWS_AS((void)sqlite::copy_store(place.options(Access::read)), Error);
    place.sql("CREATE TABLE job (id)");
    CHECK_THROWS_AS((void)sqlite::copy_store(place.options(Access::read)), Error);
}

TEST_CASE("a database in a directory that is only readable can be read")
{
    if (::geteuid() == 0) {
        MESSAGE("root may write everywhere: nothing to see");
        return;
    }
    const TestDatabase place;
    create_one(*place.open(), command());
    std::filesystem::remove(place.file().string() + "-shm");
    std::filesystem::permissions(place.directory(), std::filesystem::perms(0500));
    CHECK(place.open(Access::read)->list({}).size() == 1);
    std::filesystem::permissions(place.directory(), std::filesystem::perms(0700));
}
