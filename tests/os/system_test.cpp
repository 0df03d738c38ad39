#include "processes.hpp"
#include "temporary_directory.hpp"

#include "os/account.hpp"
#include "os/file_trust.hpp"
#include "os/host.hpp"
#include "os/name_service.hpp"
#include "os/network_file_system.hpp"
#include "os/random_token.hpp"
#include "os/standard_streams.hpp"
#include "os/user.hpp"
#include "os/wake_file.hpp"

#include <escher/error.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

using namespace escher;

namespace {

void set_mode(const std::filesystem::path& path, unsigned mode)
{
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
}

} // namespace

TEST_CASE("a file is ours alone only where nobody else can write it or its directory")
{
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "state");
    const auto file = directory / "state" / "db";
    struct Case {
        unsigned directory;
        unsigned file;
        bool ours;
    };
    const Case cases[] = {
        {0700, 0600, true},   {0755, 0644, true}, {0755, 0646, false},
        {0777, 0600, false},  {0700, 0666, true}, // nobody else gets in
        {01777, 0600, false}, // where anybody can put a file that SQLite reads beside it
    };
    write_file(file, "x");
    for (const auto& [directory_mode, file_mode, ours] : cases) {
        const auto& the_directory_mode = directory_mode; // clang 14 cannot capture directory_mode itself
        CAPTURE(the_directory_mode);
        const auto& the_file_mode = file_mode; // clang 14 cannot capture file_mode itself
        CAPTURE(the_file_mode);
        set_mode(directory / "state", directory_mode);
        set_mode(file, file_mode);
        CHECK(os::writable_only_by_us(file) == ours);
    }
    set_mode(directory / "state", 0700);
    CHECK(os::writable_only_by_us(directory / "state" / "not yet there"));
    CHECK_FALSE(os::writable_only_by_us(directory / "missing" / "db"));

    set_mode(directory.path(), 0777);
    CHECK_FALSE(os::writable_only_by_us(file)); // the whole directory can be exchanged
    set_mode(directory.path(), 0700);
    std::filesystem::create_symlink(file, directory / "link");
    CHECK(os::writable_only_by_us(directory / "link"));
    set_mode(directory / "state", 0777);
    CHECK_FALSE(os::writable_only_by_us(directory / "link"));
}

TEST_CASE("a file of another user or of a shared group is not ours alone")
{
    const TemporaryDirectory directory;
    set_mode(directory.path(), 0755);
    const auto file = directory / "db";
    write_file(file, "x");
    set_mode(file, 0660);
    // Which groups we may give a file to, only root can choose.
    if (::geteuid() == 0) {
        CHECK(os::writable_only_by_us(file)); // root's own group has no member but root
        REQUIRE(::chown(file.c_str(), 0, 33) == 0);
        CHECK_FALSE(os::writable_only_by_us(file));
        REQUIRE(::chown(file.c_str(), 65534, 0) == 0);
        CHECK_FALSE(os::writable_only_by_us(file));
    }
    set_mode(file, 0640);
    CHECK(os::writable_only_by_us(file) == (::geteuid() != 0)); // root's file was given to nobody above
}

TEST_CASE("what cannot be found out is an error, not an answer")
{
    const TemporaryDirectory directory;
    std::filesystem::create_symlink(directory / "loop", directory / "loop");
    CHECK_THROWS_WITH_AS(static_cast<void>(os::writable_only_by_us(directory / "loop" / "db")),
                         doctest::Contains("resolve the path"), Error);
    // Without a descriptor to be had, the name service cannot look into its files.
    const auto without_descriptors = [](const std::function<bool()>& refuses) {
        return await_exit(fork_and_run([&] {
            rlimit limit = {};
            ::getrlimit(RLIMIT_NOFILE, &limit);
            limit.rlim_cur = 0;
            return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 && refuses() ? 0 : 1;
        }));
    };
    // Not root nor nobody, whom a service that opens no file may know.
    CHECK(without_descriptors([] { return os::look_up_user("games").error == EMFILE; }) == 0);
    CHECK(without_descriptors([] { return os::look_up_group("games").error == EMFILE; }) == 0);
    CHECK(without_descriptors([] { return os::user_exists("games"); }) == 0);
    CHECK(without_descriptors([] {
              try {
                  os::Accounts().find("games");
              } catch (const Error& error) {
                  return std::string(error.what()).find("'games': Too many open files; raise") != std::string::npos;
              }
              return false;
          }) == 0);
    const auto throws = [](const auto& ask) {
        try {
            static_cast<void>(ask());
        } catch (const Error& error) {
            // A sanitizer needs descriptors to look at an object.
            rlimit limit = {};
            ::getrlimit(RLIMIT_NOFILE, &limit);
            limit.rlim_cur = limit.rlim_max;
            ::setrlimit(RLIMIT_NOFILE, &limit);
            return error.kind() == ErrorKind::io;
        }
        return false;
    };
    CHECK(without_descriptors([&] { return throws(os::own_identity); }) == 0);
    CHECK(os::look_up_group("no-such-group").error == 0);
    CHECK(os::Accounts().find("no-such-user-of-escher-cron") == nullptr);
}

TEST_CASE("a local file system is not a network file system, whether the path exists or not")
{
    const TemporaryDirectory directory;
    CHECK_FALSE(os::network_file_system(directory.path()));
    CHECK_FALSE(os::network_file_system(directory / "a" / "b" / "c"));
    CHECK_FALSE(os::network_file_system("/proc"));
    CHECK_FALSE(os::network_file_system("relative"));
}

TEST_CASE("closed standard streams are opened on /dev/null and open ones left alone")
{
    CHECK(await_exit(fork_and_run([] {
              const int saved = ::fcntl(1, F_DUPFD, 10);
              struct stat before = {};
              struct stat after = {};
              ::fstat(saved, &before);
              ::close(0);
              ::close(2);
              os::secure_standard_streams();
              ::fstat(1, &after);
              char byte = 0;
              const bool reads_nothing = ::read(0, &byte, 1) == 0;
              const bool writes = ::write(2, "x", 1) == 1;
              const bool is_same = before.st_ino == after.st_ino && before.st_dev == after.st_dev;
              return reads_nothing && writes && is_same ? 0 : 1;
          })) == 0);
}

TEST_CASE("the wake file is made, shared, and touched")
{
    const TemporaryDirectory directory;
    const auto wake = directory / "wake";
    const auto before = ::umask(077);
    os::touch_wake_file(wake);
    ::umask(before);
    CHECK(static_cast<unsigned>(std::filesystem::status(wake).permissions()) == 0660);
    const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
    std::filesystem::last_write_time(wake, long_ago);
    os::touch_wake_file(wake);
    CHECK(std::filesystem::last_write_time(wake) > long_ago + std::chrono::minutes(30));

    CHECK_THROWS_AS(os::touch_wake_file(directory / "missing" / "wake"), Error);
    write_file(directory / "precious", "x");
    std::filesystem::create_symlink(directory / "precious", directory / "link");
    CHECK_THROWS_AS(os::touch_wake_file(directory / "link"), Error);
}

TEST_CASE("a process knows itself")
{
    const auto self = os::own_identity();
    CHECK(self.pid == ::getpid());
    CHECK(self.start_ticks > 0);
    CHECK(self.boot_id.size() == 36);
    CHECK(self == os::own_identity());
    CHECK_FALSE(os::user_name().empty());
    CHECK_FALSE(os::host_name().empty());
    CHECK(os::processors() >= 1);
    CHECK(os::load_average() >= 0);
    CHECK_FALSE(os::environment_variable("ESCHER_NO_SUCH_VARIABLE"));
}

TEST_CASE("a user exists where the machine knows the name")
{
    CHECK(os::user_exists("root"));
    CHECK_FALSE(os::user_exists("no-such-user-of-escher-cron"));
}

TEST_CASE("tokens are random")
{
    const auto token = os::random_token();
    CHECK(token.size() == 32);
    CHECK(token.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(token != os::random_token());
}
