#include "sqlite/connection/own_files.hpp"

#include "contract.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <sys/stat.h>

using namespace escher;
using namespace escher::contract;
using sqlite::TestDatabase;

namespace {

/// Puts another file in the place of the database whenever SQLite looks at its path, and the database back when it has
/// opened it, so that whoever looks at the path again finds nothing amiss.
class Exchange {
public:
    Exchange(const std::filesystem::path& place, const std::filesystem::path& other, bool by_link)
    {
        place_ = place;
        other_ = other;
        by_link_ = by_link;
        vfs_ = sqlite3_vfs_find(nullptr);
        vfs_->xSetSystemCall(vfs_, "lstat", reinterpret_cast<sqlite3_syscall_ptr>(look));
        vfs_->xSetSystemCall(vfs_, "stat", reinterpret_cast<sqlite3_syscall_ptr>(follow));
        vfs_->xSetSystemCall(vfs_, "open", reinterpret_cast<sqlite3_syscall_ptr>(open));
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange()
    {
        put_back();
        vfs_->xSetSystemCall(vfs_, nullptr, nullptr);
    }

private:
    static void exchange()
    {
        const auto aside = place_.string() + ".aside";
        if (std::filesystem::exists(aside))
            return;
        std::filesystem::rename(place_, aside);
        if (by_link_)
            std::filesystem::create_symlink(other_, place_);
        else
            std::filesystem::copy_file(other_, place_);
    }
    static void put_back()
    {
        const auto aside = place_.string() + ".aside";
        if (std::filesystem::exists(aside))
            std::filesystem::rename(aside, place_);
    }
    static int look(const char* path, struct stat* status)
    {
        if (path == place_)
            exchange();
        return ::lstat(path, status);
    }
    static int follow(const char* path, struct stat* status)
    {
        if (path == place_)
            exchange();
        return ::stat(path, status);
    }
    static int open(const char* path, int flags, int mode)
    {
        const bool is_database = path == place_ || path == other_;
        if (is_database)
            exchange();
        const int fd = ::open(path, flags, mode);
        if (is_database)
            put_back();
        return fd;
    }

    static inline std::filesystem::path place_;
    static inline std::filesystem::path other_;
    static inline bool by_link_ = false;
    sqlite3_vfs* vfs_ = nullptr;
};

} // namespace

TEST_CASE("a database that is exchanged while it is opened, and back again, is not written")
{
    const TestDatabase place;
    const TestDatabase other;
    (void)place.open();
    (void)other.open();
    (void)other.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    bool by_link = false;
    SUBCASE("with a symbolic link")
    {
        by_link = true;
    }
    SUBCASE("with another file"){}
    {
        const Exchange exchange(place.file(), other.file(), by_link);
        CHECK_THROWS_AS(create_one(*place.open(Access::write), command()), Error);
    }
    CHECK(other.value("SELECT count(*) FROM job") == "0");
    CHECK(place.value("SELECT count(*) FROM job") == "0");
    create_one(*place.open(Access::write), command());
    CHECK(place.value("SELECT count(*) FROM job") == "1");
}

TEST_CASE("a directory that is a symbolic link is no hindrance")
{
    const TestDatabase place;
    (void)place.open();
    const TestDatabase elsewhere;
    const auto link = elsewhere.directory() / "link";
    std::filesystem::create_directory_symlink(place.directory(), link);
    auto options = place.options(Access::write);
    options.file = link / place.file().filename();
    create_one(*sqlite::open_store(options), command());
    CHECK(place.value("SELECT count(*) FROM job") == "1");
}

TEST_CASE("no other file than the database's own is opened, looked at or deleted")
{
    const TestDatabase place;
    (void)place.open();
    sqlite3_vfs* const vfs = sqlite3_vfs_find(sqlite::own_files_vfs());
    REQUIRE(vfs != nullptr);
    const auto stranger = place.directory() / "stranger";
    std::filesystem::copy_file(place.file(), stranger);
    int found = 0;
    CHECK(vfs->xAccess(vfs, stranger.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_CANTOPEN);
    CHECK(vfs->xDelete(vfs, stranger.c_str(), 0) == SQLITE_CANTOPEN);
    CHECK(sqlite::refusal().find(stranger.string()) != std::string::npos);
    CHECK(std::filesystem::exists(stranger));
    const std::string own = place.file().string() + "-wal";
    CHECK(vfs->xAccess(vfs, own.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK);
    CHECK(found != 0);
}

TEST_CASE("what cannot be opened in the place of its other files is named")
{
    const TestDatabase place;
    (void)place.open();
    create_one(*place.open(Access::write), command());
    REQUIRE(place.sql("PRAGMA wal_checkpoint(TRUNCATE)") == "");
    for (const std::string suffix : {"-wal", "-shm", "-journal"})
        for (const bool socket : {false, true}) {
            const std::string path = place.file().string() + suffix;
            INFO(path);
            std::filesystem::remove(path);
            if (socket)
                REQUIRE(::mknod(path.c_str(), S_IFSOCK | 0600, 0) == 0);
            else
                std::filesystem::create_directory(path);
            try {
                create_one(*place.open(Access::write), command());
                FAIL("it was opened");
            } catch (const Error& error) {
                CHECK(error.kind() == ErrorKind::unavailable);
                CHECK(std::string(error.what()).find("'" + path + "' is not a regular file") != std::string::npos);
            }
            std::filesystem::remove(path);
        }
    CHECK(place.value("SELECT count(*) FROM job") == "1");
}
