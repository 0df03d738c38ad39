#include "contract.hpp"
#include "sqlite/sqlite_store.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <functional>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

/// The default VFS, but a sync of a write-ahead log fails as often as asked.
class FailingDisk {
public:
    FailingDisk()
    {
        base_ = sqlite3_vfs_find(nullptr);
        shim_ = *base_;
        shim_.zName = "failing-disk";
        shim_.xOpen = open;
        sqlite3_vfs_register(&shim_, 1);
    }
    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;
    ~FailingDisk()
    {
        sqlite3_vfs_unregister(&shim_);
        sqlite3_vfs_register(base_, 1);
        failures_ = 0;
    }

    void fail_next_syncs(int count) { failures_ = count; }

private:
    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out)
    {
        const int code = base_->xOpen(base_, name, file, flags, out);
        // Only logs: they share one set of methods, other files have others.
        if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
            original_ = *file->pMethods;
            methods_ = original_;
            methods_.xSync = sync;
            file->pMethods = &methods_;
        }
        return code;
    }

    static int sync(sqlite3_file* file, int flags)
    {
        if (failures_ > 0) {
            --failures_;
            return SQLITE_IOERR_FSYNC;
        }
        return original_.xSync(file, flags);
    }

    static inline sqlite3_vfs* base_ = nullptr;
    static inline sqlite3_io_methods original_{};
    static inline sqlite3_io_methods methods_{};
    static inline int failures_ = 0;
    sqlite3_vfs shim_{};
};

std::optional<ErrorKind> failure_of(const std::function<void()>& work, const std::string& word)
{
    try {
        work();
    } catch (const Error& error) {
        INFO(error.what());
        CHECK(std::string(error.what()).find(word) != std::string::npos);
        return error.kind();
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("after a failed commit the store goes on from what is there")
{
    FailingDisk disk;
    const TestDatabase place;
    const auto store = place.open();
    const auto job = create_one(*store, command());
    disk.fail_next_syncs(1);
    CHECK(failure_of([&] { (void)claim(*store, slots(1)); }, place.file().string()) == ErrorKind::io);

    // Whether it happened is for the database to say; both are consistent.
    const bool claimed = state_of(*store, job) == JobState::running;
    CHECK(store->running_jobs(std::nullopt).size() == (claimed ? 1U : 0U));
    CHECK(store->runs(job).size() == (claimed ? 1U : 0U));
    auto run = claimed ? store->running_jobs(std::nullopt).at(0).run.id : claim(*store, slots(1)).at(0).run;

    const auto ended = finished(run, JobState::completed);
    disk.fail_next_syncs(1);
    CHECK(failure_of([&] { (void)report(*store, ended); }, "database") == ErrorKind::io);
    CHECK(report(*store, ended).stale.empty());
    CHECK(state_of(*store, job) == JobState::completed);
    CHECK(store->find(job)->attempts == 1);
    CHECK(store->runs(job).size() == 1);
    CHECK(place.value("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a full disk is named and leaves nothing half done")
{
    const TestDatabase place;
    const auto store = place.open();
    const auto first = create_one(*store, command());
    auto& database = dynamic_cast<sqlite::SqliteStore&>(*store).database();
    database.execute("PRAGMA max_page_count = 60");
    std::vector<NewJob> jobs(2000, command());
    CHECK(failure_of([&] { (void)store->create(jobs, start); }, "disk is full") == ErrorKind::io);
    CHECK(store->summary().jobs.at(JobState::available) == 1);
    CHECK(ids(claim(*store, slots(5))) == std::vector{first});
}

TEST_CASE("a database that somebody else holds is busy, and free again afterwards")
{
    const TestDatabase place;
    const auto store = place.open();
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(place.file().c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(failure_of([&] { (void)create_one(*store, command()); }, place.file().string()) == ErrorKind::busy);
    CHECK(store->list({}).empty());
    sqlite3_close(other);
    CHECK(create_one(*store, command()) == JobId(1));
}

TEST_CASE("two stores on one database share limits and never claim the same job")
{
    const TestDatabase place;
    const auto first = place.open();
    const auto second = place.open(Access::write);
    for (int i = 0; i < 6; ++i)
        create_one(*first, command());
    const auto mine = claim(*first, slots(2, 4));
    const auto yours = claim(*second, slots(9, 4));
    CHECK(mine.size() == 2);
    CHECK(yours.size() == 2);
    CHECK(mine.back().job.id < yours.front().job.id);
    report(*second, finished(mine[0].run, JobState::completed));
    CHECK(report(*first, finished(mine[0].run, JobState::failed)).stale == std::vector{mine[0].run});
    CHECK(first->running_jobs(std::nullopt).size() == 3);
}
