#include "processes.hpp"
#include "temporary_directory.hpp"

#include "os/lock_file.hpp"
#include "os/machine_mark.hpp"
#include "os/seen_register.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace escher;
using os::SeenRegister;

namespace {

Seen seen_of(const std::string& instance, int run)
{
    Seen seen;
    seen.instance = instance;
    seen.generation = "one";
    seen.run = RunId(run);
    seen.job = JobId(run);
    seen.lock = {1, 2, 3};
    seen.machine = {"boot", "card:1"};
    seen.at = Time(Duration(run));
    return seen;
}

void put(const std::filesystem::path& path, const std::string& text)
{
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
}

} // namespace

TEST_CASE("a lock file keeps what was seen of each database, and nothing else in it suffers")
{
    const TemporaryDirectory place;
    const auto path = place.path() / "run.lock";
    os::LockFile lock(path);
    REQUIRE(lock.try_take());
    const auto epoch = os::LockFile::epoch_at(path);
    const SeenRegister seen = lock.seen();
    CHECK_FALSE(seen.look_up("one").seen);
    CHECK_FALSE(seen.look_up("one").damaged);
    seen.write(seen_of("one", 1));
    seen.write(seen_of("two", 2));
    seen.write(seen_of("one", 3));
    seen.write_hold({"key", Time(Duration(5)), Time(Duration(6))});
    CHECK(seen.look_up("one").seen == seen_of("one", 3));
    CHECK(SeenRegister::at(path)->look_up("two").seen == seen_of("two", 2));
    CHECK_FALSE(seen.look_up("three").seen);
    CHECK(seen.hold()->key == "key");
    CHECK(seen.hold()->since == Time(Duration(5)));
    CHECK(seen.hold()->said == Time(Duration(6)));
    CHECK(os::LockFile::epoch_at(path) == epoch);
    CHECK(os::LockFile::holder(path)->pid == ::getpid());
    CHECK(seen.file() == os::file_mark(path));
    CHECK(SeenRegister::begin + static_cast<off_t>(SeenRegister::lines * SeenRegister::line_size) <=
          os::ExecutionRecord::begin);
}

TEST_CASE("with more databases than lines the oldest line goes")
{
    const TemporaryDirectory place;
    os::LockFile lock(place.path() / "run.lock");
    const SeenRegister seen = lock.seen();
    const int count = static_cast<int>(SeenRegister::lines) + 1;
    for (int i = 1; i <= count; ++i)
        seen.write(seen_of("db" + std::to_string(i), i));
    CHECK_FALSE(seen.look_up("db1").seen);
    for (int i = 2; i <= count; ++i)
        CHECK(seen.look_up("db" + std::to_string(i)).seen);
}

TEST_CASE("a line that is damaged is not one that is missing, except to who finds his own")
{
    const TemporaryDirectory place;
    const auto path = place.path() / "run.lock";
    os::LockFile lock(path);
    const SeenRegister seen = lock.seen();
    seen.write(seen_of("one", 1));
    seen.write(seen_of("two", 2));
    const os::Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::pwrite(file.get(), "?", 1, SeenRegister::begin + 20) == 1);
    CHECK(seen.look_up("one").damaged);
    CHECK_FALSE(seen.look_up("one").seen);
    CHECK_FALSE(seen.look_up("two").damaged);
    seen.clear_damaged();
    CHECK_FALSE(seen.look_up("one").damaged);
    CHECK(seen.look_up("two").seen);
}

TEST_CASE("where there is no lock file nothing is read")
{
    const TemporaryDirectory place;
    CHECK_FALSE(SeenRegister::at(place.path() / "none"));
    CHECK_FALSE(SeenRegister::at(place.path()));
    CHECK_FALSE(os::file_mark(place.path() / "none"));
    CHECK_FALSE(SeenRegister::is_hidden(place.path() / "none"));
}

TEST_CASE("a lock file that this user may not read is told from one that is not there")
{
    const TemporaryDirectory place;
    const os::LockFile lock(place.path() / "lock");
    CHECK_FALSE(SeenRegister::is_hidden(place.path() / "lock"));
    std::filesystem::permissions(place.path() / "lock", std::filesystem::perms::none);
    CHECK(await_exit(fork_and_run([&] {
              if (::geteuid() == 0 && ::seteuid(65534) != 0)
                  return 1;
              return SeenRegister::is_hidden(place.path() / "lock") && !SeenRegister::at(place.path() / "lock") ? 0
                                                                                                                : 2;
          })) == 0);
}

TEST_CASE("a copy of a file is another file")
{
    const TemporaryDirectory place;
    put(place.path() / "one", "text");
    std::filesystem::copy_file(place.path() / "one", place.path() / "two");
    CHECK(os::file_mark(place.path() / "one") != os::file_mark(place.path() / "two"));
    const auto before = os::file_mark(place.path() / "one");
    std::filesystem::rename(place.path() / "one", place.path() / "three");
    CHECK(os::file_mark(place.path() / "three") == before);
}

TEST_CASE("a machine is known by its board and the permanent addresses of its cards")
{
    const TemporaryDirectory place;
    CHECK(os::hardware_below(place.path()).empty());
    const auto net = place.path() / "sys/class/net";
    put(net / "eth0/address", "00:11:22:33:44:55");
    put(net / "eth0/addr_assign_type", "0");
    put(net / "eth0/device/vendor", "0x8086");
    put(net / "veth1/address", "66:11:22:33:44:55");
    put(net / "veth1/addr_assign_type", "0");
    put(net / "wlan0/address", "77:11:22:33:44:55");
    put(net / "wlan0/addr_assign_type", "1");
    put(net / "wlan0/device/vendor", "0x8086");
    const std::string cards = os::hardware_below(place.path());
    CHECK(cards.starts_with("card:"));
    CHECK(cards.find(',') == std::string::npos);
    put(place.path() / "sys/class/dmi/id/product_uuid", "0000-1");
    const std::string first = os::hardware_below(place.path());
    put(place.path() / "sys/class/dmi/id/product_uuid", "0000-2");
    const std::string second = os::hardware_below(place.path());
    CHECK(first.starts_with("board:"));
    CHECK(first.ends_with("," + cards));
    CHECK(first != second);
}
