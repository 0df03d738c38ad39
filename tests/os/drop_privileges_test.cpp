#include "os/drop_privileges.hpp"

#include <escher/error.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

using namespace escher;

namespace {

constexpr uid_t nobody = 65534;

/// What `body` returns in a child of this process.
int in_child(int (*body)())
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/// The value of a line of /proc/self/status.
std::string status_line(const std::string& name)
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ":"))
            return line.substr(line.find_first_not_of(" \t", name.size() + 1));
    return {};
}

int check_dropped()
{
    os::drop_privileges(nobody, {nobody, 60});
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
        if (status_line(set) != "0000000000000000")
            return 1;
    if (status_line("NoNewPrivs") != "1" || ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 2;
    rlimit core = {};
    if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
        return 3;
    if (::getuid() != nobody || ::geteuid() != nobody || ::getgid() != nobody || ::getgroups(0, nullptr) != 2)
        return 4;
    return ::setuid(0) == 0 || ::access("/etc/shadow", R_OK) == 0 ? 5 : 0;
}

} // namespace

TEST_CASE("a process of root's that has dropped its privileges has none, and gets none back")
{
    if (::geteuid() != 0) {
        MESSAGE("skipped: needs root");
        return;
    }
    CHECK(in_child(check_dropped) == 0);
}

TEST_CASE("privileges are not dropped to root, nor to a group of root's")
{
    CHECK_THROWS_AS(os::drop_privileges(0, {nobody}), Error);
    CHECK_THROWS_AS(os::drop_privileges(nobody, {nobody, 0}), Error);
    CHECK_THROWS_AS(os::drop_privileges(nobody, {}), Error);
}

TEST_CASE("who is not root cannot drop to another user, and says so")
{
    const auto drop = [] {
        if (::geteuid() == 0)
            os::drop_privileges(nobody, {nobody, 60});
        try {
            os::drop_privileges(1, {1});
        } catch (const Error&) {
            return 0;
        }
        return 1;
    };
    CHECK(in_child(drop) == 0);
}

TEST_CASE("only the standard descriptors and the one that is kept stay open, and the first reads nothing")
{
    const auto look = [] {
        int ends[2] = {};
        if (::pipe(ends) != 0)
            return 1;
        const int kept = ::dup2(ends[1], 77);
        os::close_all_but(kept);
        os::read_nothing();
        char byte = 0;
        if (::read(STDIN_FILENO, &byte, 1) != 0)
            return 2;
        for (int fd = 3; fd < 100; ++fd)
            if ((::fcntl(fd, F_GETFD) >= 0) != (fd == kept))
                return 3;
        return 0;
    };
    CHECK(in_child(look) == 0);
}
