#include "os/system_user.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <vector>

namespace escher::os {

namespace {

/// By its path: what $PATH of a root shell leads to is not asked.
std::vector<std::string> call_of(const std::string& name)
{
    return {"/usr/sbin/useradd", "--system",          "--user-group",
            "--no-create-home",  "--home-dir",        "/nonexistent",
            "--shell",           "/usr/sbin/nologin", name};
}

} // namespace

std::string system_user_call(const std::string& name)
{
    std::string line;
    for (const auto& word : call_of(name))
        line += (line.empty() ? "" : " ") + word;
    return line;
}

void create_system_user(const std::string& name)
{
    const auto fail = [&name](const std::string& why) {
        throw Error(ErrorKind::cannot_create, "cannot create the user '" + name + "': " + why + "; make one with '" +
                                                  system_user_call(name) + "', or name another with --owner");
    };
    auto words = call_of(name);
    std::vector<char*> argv;
    for (auto& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    char* no_environment[] = {nullptr};
    pid_t child = 0;
    if (const int error = ::posix_spawn(&child, argv.front(), nullptr, nullptr, argv.data(), no_environment))
        fail(errno_text(error));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            fail(errno_text(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail("useradd failed");
}

} // namespace escher::os
