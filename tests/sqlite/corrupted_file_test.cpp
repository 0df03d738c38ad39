#include "contract.hpp"
#include "sqlite/inspect.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <random>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

constexpr Time later{Duration(4'102'444'800'000)}; // 2100

std::string contents_of(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A few bytes of it are others, or its end is missing.
std::string damaged(std::string contents, std::minstd_rand& random)
{
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    if (below(4) == 0)
        contents.resize(below(contents.size()));
    // The first page tells what the others mean, so it is hit as often as all of them.
    const std::size_t area = below(2) == 0 ? 4096 : contents.size();
    for (auto flips = 1 + below(20); flips > 0 && !contents.empty(); --flips)
        contents[below(std::min(area, contents.size()))] = static_cast<char>(below(256));
    return contents;
}

/// What a tick and its spectators do. Throws Error.
void work_on(const sqlite::OpenOptions& options)
{
    const auto store = sqlite::open_store(options);
    (void)store->running_jobs(std::nullopt);
    (void)claim(*store, slots(3), later);
    create_one(*store, command());
    (void)store->summary();
    (void)store->list({});
    (void)store->expired({}, true, later, 100);
}

} // namespace

TEST_CASE("500 damaged databases are worked on or refused, and hold nobody up")
{
    const TestDatabase place;
    {
        const auto store = place.open();
        for (int i = 0; i < 60; ++i) {
            auto job = command();
            job.input = std::string(static_cast<std::size_t>(i) * 100, 'x');
            create_one(*store, job);
        }
        run_one(*store, command(), JobState::completed);
    }
    REQUIRE(place.sql("PRAGMA wal_checkpoint(TRUNCATE)") == "");
    const auto sound = contents_of(place.file());
    auto options = place.options(Access::write);
    options.statement_limit = std::chrono::seconds(5);
    options.busy_timeout = std::chrono::milliseconds(100);
    std::minstd_rand random(4711);
    int refused = 0;
    for (int i = 0; i < 500; ++i) {
        INFO(i);
        for (const char* suffix : {"-wal", "-shm", "-journal"})
            std::filesystem::remove(place.file().string() + suffix);
        std::ofstream(place.file(), std::ios::binary) << damaged(sound, random);
        const auto begin = std::chrono::steady_clock::now();
        try {
            work_on(options);
        } catch (const Error& error) {
            ++refused;
            CHECK(std::string(error.what()).find(place.file().string()) != std::string::npos);
        }
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
    }
    CHECK(refused > 100);
    CHECK(refused < 500);
}
