#include "contract.hpp"
#include "failing_call.hpp"
#include "sqlite/connection/file_access.hpp"
#include "sqlite/connection/firm_unlock.hpp"
#include "sqlite/connection/own_files.hpp"
#include "test_database.hpp"

#include <doctest/doctest.h>

#include <sqlite3.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

using namespace escher;
using namespace escher::contract;
using sqlite::FailingCall;
using sqlite::TestDatabase;

namespace {

struct Told {
    std::optional<ErrorKind> failure;
    std::string text;
};

/// What comes of opening, creating a job and listing it.
Told work_on(const TestDatabase& place)
{
    try {
        const auto store = place.open(Access::write);
        create_one(*store, command());
        (void)store->list({});
    } catch (const Error& error) {
        return {error.kind(), error.what()};
    }
    return {};
}

} // namespace

namespace {

/// SQLite's naps take no time while this lives: it takes a hundred of them before it gives up on a lock.
class NoNaps {
public:
    NoNaps()
        : vfs_(sqlite3_vfs_find(sqlite::own_files_vfs())),
          nap_(std::exchange(vfs_->xSleep, [](sqlite3_vfs*, int) { return 0; }))
    {
    }
    NoNaps(const NoNaps&) = delete;
    NoNaps& operator=(const NoNaps&) = delete;
    ~NoNaps() { vfs_->xSleep = nap_; }

private:
    sqlite3_vfs* vfs_;
    int (*nap_)(sqlite3_vfs*, int);
};

} // namespace

namespace {

/// Another process creates a job, untouched by what fails in this one. False: a lock stands that this one could not let go.
bool create_elsewhere(const TestDatabase& place)
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        auto* vfs = sqlite3_vfs_find(nullptr);
        vfs->xSetSystemCall(vfs, nullptr, nullptr);
        try {
            auto options = place.options(Access::write);
            options.busy_timeout = Duration(20);
            create_one(*sqlite::open_store(options), command());
        } catch (const Error&) {
            ::_exit(1);
        }
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status == 0;
}

} // namespace

TEST_CASE("a lock that could not be let go does not lock the connection out for ever")
{
    const NoNaps no_naps;
    int lockouts = 0;
    bool struck = true;
    for (int when = 1; struck; ++when) {
        CAPTURE(when);
        const TestDatabase place;
        const auto store = place.open();
        {
            const FailingCall failing("fcntl", ENOLCK, when);
            try {
                create_one(*store, command());
                (void)store->list({});
                (void)create_elsewhere(place);
                (void)store->list({});
                create_one(*store, command());
            } catch (const Error& error) {
                lockouts += std::string(error.what()).find("locking protocol") != std::string::npos ? 1 : 0;
            }
            struck = FailingCall::has_struck();
        }
        (void)create_elsewhere(place);
        // The first call after it may still meet the lock that SQLite believes in.
        try {
            (void)store->list({});
            create_one(*store, command());
        } catch (const Error& error) {
            lockouts += std::string(error.what()).find("locking protocol") != std::string::npos ? 1 : 0;
        }
        CHECK_NOTHROW(create_one(*store, command()));
        CHECK_NOTHROW((void)store->changed());
        CHECK_FALSE(store->list({}).empty());
    }
    CHECK(lockouts > 0);
}

TEST_CASE("a lock that the kernel did not let go at once does not keep others from writing")
{
    const NoNaps no_naps;
    bool struck = true;
    for (int when = 1; struck; ++when) {
        CAPTURE(when);
        const TestDatabase place;
        const auto store = place.open();
        const FailingCall failing("fcntl", ENOLCK, when);
        sqlite::repeat_refused_unlocks();
        try {
            create_one(*store, command());
            (void)store->list({});
        } catch (const Error&) { // a lock that could not be taken
        }
        struck = FailingCall::has_struck();
        CHECK(create_elsewhere(place));
    }
}

TEST_CASE("a database that could not be opened for want of a descriptor is not one that may not be written")
{
    const TestDatabase place;
    (void)place.open();
    for (const int error : {EMFILE, ENFILE, ENOMEM}) {
        CAPTURE(error);
        for (int when = 1;; ++when) {
            CAPTURE(when);
            const FailingCall failing("open", error, when);
            const Told told = work_on(place);
            if (!FailingCall::has_struck())
                break;
            INFO(told.text);
            CHECK((!told.failure || told.failure == ErrorKind::io));
            CHECK(told.text.find("may only read") == std::string::npos);
        }
    }
}

TEST_CASE("a database that could not be read is not one that is damaged")
{
    const TestDatabase place;
    (void)place.open();
    int struck = 0;
    for (int when = 1;; ++when) {
        CAPTURE(when);
        const FailingCall failing("pread", EIO, when);
        const Told told = work_on(place);
        if (!FailingCall::has_struck())
            break;
        ++struck;
        INFO(told.text);
        CHECK((!told.failure || told.failure == ErrorKind::io));
        CHECK(told.text.find(".recover") == std::string::npos);
    }
    CHECK(struck > 0);
}

TEST_CASE("a database that could not be examined is not one that was replaced")
{
    const TestDatabase place;
    (void)place.open();
    int struck = 0;
    for (int when = 1;; ++when) {
        CAPTURE(when);
        const FailingCall failing("stat", EIO, when);
        const Told told = work_on(place);
        if (!FailingCall::has_struck())
            break;
        ++struck;
        CHECK_MESSAGE(told.text.find("replaced") == std::string::npos, told.text);
    }
    CHECK(struck > 0);
}

TEST_CASE("what may be accessed has three answers")
{
    const TestDatabase place;
    (void)place.open();
    CHECK(sqlite::may_access(place.file(), R_OK) == true);
    CHECK(sqlite::may_access(place.directory() / "missing", R_OK) == false);
    CHECK(sqlite::may_access(place.file() / "below", R_OK) == false);
    CHECK_FALSE(sqlite::may_access(std::string(5000, 'x'), R_OK).has_value());
    CHECK(sqlite::may_write_all(place.file()));
    CHECK_FALSE(sqlite::may_write_all(place.directory() / "missing"));
}
