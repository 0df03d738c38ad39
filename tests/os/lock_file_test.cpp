#include "processes.hpp"
#include "temporary_directory.hpp"

#include "os/host.hpp"
#include "os/lock_file.hpp"

#include <escher/error.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <ctime>

using namespace escher;
using namespace std::chrono_literals;
using os::LockFile;

namespace {

std::string refusal(const std::filesystem::path& path)
{
    try {
        const LockFile lock(path);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// Blocks until another process has announced itself as the next. Asks without taking the place, not even for a moment.
void await_waiter(const std::filesystem::path& path)
{
    const os::Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(file);
    for (;;) {
        struct flock lock = {};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        lock.l_start = 1;
        lock.l_len = 1;
        REQUIRE(::fcntl(file.get(), F_OFD_GETLK, &lock) == 0);
        if (lock.l_type != F_UNLCK)
            return;
        ::sched_yield();
    }
}

std::int64_t uptime_ms()
{
    timespec now = {};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1000;
}

} // namespace

TEST_CASE("one has the lock at a time")
{
    const TemporaryDirectory directory;
    LockFile first(directory / "lock");
    LockFile second(directory / "lock");
    CHECK(first.try_take());
    CHECK(first.held());
    CHECK_FALSE(second.try_take());
    CHECK_FALSE(second.held());
    first.release();
    CHECK(second.try_take());
    CHECK(second.still_ours());
    CHECK_FALSE(first.still_ours());
}

TEST_CASE("the lock goes with the process that had it, however that ends")
{
    const TemporaryDirectory directory;
    const pid_t holder = fork_and_run([&] {
        LockFile lock(directory / "lock");
        if (!lock.try_take())
            return 1;
        ::kill(::getpid(), SIGKILL);
        return 2;
    });
    CHECK(await_exit(holder) == -SIGKILL);
    CHECK(LockFile(directory / "lock").try_take());
}

TEST_CASE("the holder lets go for the one that comes next")
{
    const TemporaryDirectory directory;
    const Fifo ready(directory / "ready");
    const pid_t holder = fork_and_run([&] {
        LockFile lock(directory / "lock");
        if (!lock.try_take())
            return 1;
        ready.write_line("taken");
        while (lock.still_ours())
            ::sched_yield();
        return lock.held() ? 2 : 0;
    });
    CHECK(ready.read_line() == "taken");
    LockFile next(directory / "lock");
    CHECK(next.take_over(30s) == LockFile::Wait::taken);
    CHECK(next.still_ours());
    CHECK(await_exit(holder) == 0);
}

TEST_CASE("one that does not get the lock in time learns why")
{
    const TemporaryDirectory directory;
    LockFile holder(directory / "lock");
    LockFile next(directory / "lock");
    REQUIRE(holder.try_take());
    CHECK(next.take_over(0ms) == LockFile::Wait::holder_healthy);
    CHECK(holder.still_ours()); // the announcement is withdrawn

    const auto held_for = [&](std::int64_t ms, const std::string& boot) {
        write_file(directory / "lock", "pid 1 since 0 uptime " + std::to_string(uptime_ms() - ms) + boot + "\n");
    };
    // A container with a boot of its own does not see the kernel's.
    for (const std::string& boot : {" boot " + os::kernel_boot_id(), std::string()}) {
        CAPTURE(boot);
        held_for(170'000, boot);
        CHECK(next.take_over(0ms) == LockFile::Wait::holder_healthy);
        held_for(181'000, boot);
        CHECK(next.take_over(0ms) == LockFile::Wait::holder_stuck);
        CHECK(LockFile::holder(directory / "lock").value().pid == 1);
    }
    // Of a holder before the last boot: the new one's is just being written.
    held_for(181'000, " boot 00000000-0000-0000-0000-000000000000");
    CHECK(next.take_over(0ms) == LockFile::Wait::holder_healthy);
}

TEST_CASE("the holder tells the kernel's boot, or none")
{
    const TemporaryDirectory directory;
    LockFile holder(directory / "lock");
    REQUIRE(holder.try_take());
    const auto text = read_file(directory / "lock").substr(0, 256);
    CHECK(text.starts_with("pid " + std::to_string(::getpid()) + " since "));
    const auto boot = os::kernel_boot_id();
    CHECK((text.find(" boot ") == std::string::npos) == boot.empty());
    CHECK((boot.empty() || text.find(" boot " + boot + ' ') != std::string::npos));
}

TEST_CASE("one waits to be next, the others leave")
{
    const TemporaryDirectory directory;
    LockFile holder(directory / "lock");
    REQUIRE(holder.try_take());
    const pid_t waiting = fork_and_run([&] {
        LockFile lock(directory / "lock");
        return lock.take_over(1min) == LockFile::Wait::taken ? 0 : 1;
    });
    await_waiter(directory / "lock");
    LockFile other(directory / "lock");
    CHECK(other.take_over(0ms) == LockFile::Wait::other_waits);
    CHECK_FALSE(holder.still_ours());
    CHECK(await_exit(waiting) == 0);
}

TEST_CASE("a waiter that is stopped does not make newer holders let go")
{
    const TemporaryDirectory directory;
    LockFile holder(directory / "lock");
    REQUIRE(holder.try_take());
    const pid_t waiting = fork_and_run([&] {
        LockFile lock(directory / "lock");
        return lock.take_over(1min) == LockFile::Wait::taken ? 0 : 1;
    });
    await_waiter(directory / "lock");
    LockFile newer(directory / "lock");
    ::kill(waiting, SIGSTOP);
    int status = 0;
    REQUIRE(::waitpid(waiting, &status, WUNTRACED) == waiting);
    holder.release();
    REQUIRE(newer.try_take());
    CHECK(newer.still_ours()); // it came after the waiter
    ::kill(waiting, SIGKILL);
    CHECK(await_exit(waiting) == -SIGKILL);
    CHECK(newer.still_ours());
    const pid_t announced = fork_and_run([&] {
        LockFile lock(directory / "lock");
        return lock.take_over(1min) == LockFile::Wait::taken ? 0 : 1;
    });
    await_waiter(directory / "lock");
    CHECK_FALSE(newer.still_ours());
    CHECK(await_exit(announced) == 0);
}

TEST_CASE("a mark lives as long as its process")
{
    const TemporaryDirectory directory;
    const LockFile ours(directory / "lock");
    std::int64_t mark = 0;
    {
        const LockFile other(directory / "lock");
        mark = other.mark();
        CHECK(mark >= 1024);
        CHECK(mark != ours.mark());
        CHECK(ours.mark_lives(mark));
        CHECK(other.mark_lives(ours.mark()));
    }
    CHECK_FALSE(ours.mark_lives(mark));
    CHECK_FALSE(ours.mark_lives(ours.mark()));
    for (const std::int64_t no_mark : {std::int64_t{0}, std::int64_t{-5}, std::int64_t{1023}})
        CHECK_FALSE(ours.mark_lives(no_mark));
}

TEST_CASE("what is no regular file is refused as a lock")
{
    const TemporaryDirectory directory;
    write_file(directory / "target", "precious");
    std::filesystem::create_symlink(directory / "target", directory / "link");
    std::filesystem::create_symlink(directory / "nowhere", directory / "dangling");
    std::filesystem::create_directory(directory / "directory");
    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    for (const std::string name : {"link", "dangling", "directory", "fifo"}) {
        const auto text = refusal(directory / name);
        CHECK_MESSAGE(text.find("'" + (directory / name).string() + "'") != std::string::npos, text);
    }
    CHECK(refusal(directory / "missing" / "lock").find("create its directory") != std::string::npos);
    CHECK(read_file(directory / "target") == "precious");
    CHECK_FALSE(std::filesystem::exists(directory / "nowhere"));
}

TEST_CASE("a lock file that was deleted or replaced is noticed")
{
    const TemporaryDirectory directory;
    LockFile holder(directory / "lock");
    LockFile late(directory / "lock");
    REQUIRE(holder.try_take());
    CHECK(holder.still_ours());
    SUBCASE("deleted")
    {
        std::filesystem::remove(directory / "lock");
    }
    SUBCASE("replaced")
    {
        std::filesystem::rename(directory / "lock", directory / "old");
        write_file(directory / "lock", "");
    }
    SUBCASE("linked elsewhere")
    {
        std::filesystem::rename(directory / "lock", directory / "old");
        std::filesystem::create_symlink(directory / "old", directory / "lock");
    }
    CHECK_FALSE(holder.still_ours());
    CHECK_FALSE(holder.held());
    CHECK_THROWS_AS(static_cast<void>(late.try_take()), Error);
    CHECK_FALSE(late.held());
}

TEST_CASE("a lock file that cannot be examined is neither replaced nor let go")
{
    const TemporaryDirectory directory;
    const auto place = directory / "place";
    std::filesystem::create_directory(place);
    std::filesystem::permissions(directory.path(), std::filesystem::perms::all);
    REQUIRE((::geteuid() != 0 || ::chown(place.c_str(), 65534, 65534) == 0));
    const auto examines = [](const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            return error.kind() == ErrorKind::io &&
                   std::string(error.what()).find("cannot examine the lock file") == 0;
        }
        return false;
    };
    CHECK(await_exit(fork_and_run([&] {
              if (::geteuid() == 0 && ::seteuid(65534) != 0)
                  return 1;
              LockFile holder(place / "lock");
              LockFile other(place / "other");
              if (!holder.try_take() || ::chmod(place.c_str(), 0) != 0)
                  return 2;
              const bool told = examines([&] { static_cast<void>(holder.still_ours()); }) &&
                                examines([&] { static_cast<void>(other.try_take()); });
              ::chmod(place.c_str(), 0700);
              if (!told || !holder.held() || other.held())
                  return 3;
              return holder.still_ours() && other.try_take() ? 0 : 4;
          })) == 0);
}

TEST_CASE("who holds the lock can be asked without a trace")
{
    const TemporaryDirectory directory;
    CHECK_FALSE(LockFile::holder(directory / "lock"));
    CHECK_FALSE(std::filesystem::exists(directory / "lock"));
    LockFile lock(directory / "lock");
    CHECK_FALSE(LockFile::holder(directory / "lock"));
    const auto before = os::wall_clock();
    REQUIRE(lock.try_take());
    const auto holder = LockFile::holder(directory / "lock");
    REQUIRE(holder);
    CHECK(holder->pid == ::getpid());
    CHECK(holder->since >= before);
    lock.release();
    CHECK_FALSE(LockFile::holder(directory / "lock"));
}

TEST_CASE("nobody else can open the file whatever the umask, an older one neither")
{
    const TemporaryDirectory directory;
    const auto before = ::umask(0);
    const LockFile lock(directory / "lock");
    ::umask(before);
    struct stat file = {};
    REQUIRE(::stat((directory / "lock").c_str(), &file) == 0);
    CHECK((file.st_mode & 07777U) == 0600U);
    REQUIRE(::chmod((directory / "lock").c_str(), 0664) == 0);
    const LockFile again(directory / "lock");
    REQUIRE(::stat((directory / "lock").c_str(), &file) == 0);
    CHECK((file.st_mode & 07777U) == 0600U);
    CHECK(LockFile::epoch_at(directory / "lock") == LockFile::epoch_of(lock.mark()));
    CHECK(LockFile::epoch_at(directory / "none") == 0);
}

TEST_CASE("a file that has another name is refused, and left as it is")
{
    const TemporaryDirectory directory;
    std::ofstream(directory / "victim") << "precious";
    std::filesystem::create_hard_link(directory / "victim", directory / "lock");
    CHECK_THROWS_AS(LockFile(directory / "lock"), Error);
    CHECK(std::filesystem::file_size(directory / "victim") == 8);
}

TEST_CASE("any other process's lock on the file is noticed, our own are not")
{
    const TemporaryDirectory directory;
    const LockFile lock(directory / "lock");
    CHECK_FALSE(lock.others_use_it());
    {
        const LockFile other(directory / "lock"); // its mark alone
        CHECK(lock.others_use_it());
    }
    CHECK_FALSE(lock.others_use_it());
}
