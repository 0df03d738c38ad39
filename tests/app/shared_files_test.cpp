#include <doctest/doctest.h>

#include "app/shared_files.hpp"
#include "temporary_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace escher;

namespace {

mode_t mode_of(const std::filesystem::path& path)
{
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

/// The umask of a careful person, for one test.
struct StrictUmask {
    mode_t before = ::umask(077);
    ~StrictUmask() { ::umask(before); }
};

} // namespace

TEST_CASE("what a group shares is open to it whatever the umask")
{
    const StrictUmask strict;
    const TemporaryDirectory root;
    SharedFiles files(::getegid(), "ours");
    files.make_directory(root / "state", true, {"jobs.db"});
    files.make_file(root / "state/jobs.db");
    CHECK(mode_of(root / "state") == 02770);
    CHECK(mode_of(root / "state/jobs.db") == 0660);
    CHECK(files.deeds().size() == 2);
}

TEST_CASE("without a group the directory is closed to others")
{
    const TemporaryDirectory root;
    SharedFiles files(std::nullopt, "");
    files.make_directory(root / "a/b/state", true, {});
    files.make_file(root / "a/b/state/jobs.db");
    CHECK(mode_of(root / "a/b/state") == 0700);
    CHECK(mode_of(root / "a/b/state/jobs.db") == 0660);
}

TEST_CASE("doing it again does nothing")
{
    const TemporaryDirectory root;
    for (const std::size_t deeds : {2U, 0U}) {
        SharedFiles files(::getegid(), "ours");
        files.make_directory(root / "state", true, {"jobs.db"});
        files.make_file(root / "state/jobs.db");
        CHECK(files.deeds().size() == deeds);
    }
}

TEST_CASE("an existing directory of ours is opened to the group, one with other things in it is not")
{
    const TemporaryDirectory root;
    std::filesystem::create_directory(root / "state");
    std::filesystem::permissions(root / "state", std::filesystem::perms::owner_all);
    std::ofstream(root / "state/jobs.db") << "";
    SharedFiles files(::getegid(), "ours");
    files.make_directory(root / "state", true, {"jobs.db"});
    CHECK(mode_of(root / "state") == 02770);

    std::filesystem::create_directory(root / "other");
    std::filesystem::permissions(root / "other", std::filesystem::perms::owner_all);
    std::ofstream(root / "other/diary") << "";
    CHECK_THROWS_AS(files.make_directory(root / "other", true, {"jobs.db"}), Error);
    CHECK(mode_of(root / "other") == 0700);
}

TEST_CASE("a symlink is not shared in the place of a file")
{
    const TemporaryDirectory root;
    std::ofstream(root / "victim") << "";
    std::filesystem::permissions(root / "victim", std::filesystem::perms::owner_read);
    std::filesystem::create_symlink(root / "victim", root / "jobs.db");
    SharedFiles files(::getegid(), "ours");
    CHECK_THROWS_AS(files.make_file(root / "jobs.db"), Error);
    CHECK(mode_of(root / "victim") == 0400);
}

TEST_CASE("an unknown group is a mistake of the command line")
{
    CHECK_THROWS_WITH_AS(static_cast<void>(group_id("no-such-group-here")),
                         "--group: there is no group 'no-such-group-here'; on Debian a web server's is www-data",
                         Error);
}
