#include "os/drop_privileges.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ESCHER_NEEDS_ALL_ADDRESSES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ESCHER_NEEDS_ALL_ADDRESSES 1
#endif
#endif

namespace escher::os {

namespace {

[[noreturn]] void cannot_give_up(const std::string& deed, int error)
{
    throw Error(ErrorKind::permission, "cannot " + deed + ": " + errno_text(error));
}

void set(int option, unsigned long value, const char* deed)
{
    if (::prctl(option, value, 0, 0, 0) != 0)
        cannot_give_up(deed, errno);
}

void bound(__rlimit_resource resource, rlim_t value, const char* deed)
{
    rlimit limit{};
    if (::getrlimit(resource, &limit) != 0)
        cannot_give_up(deed, errno);
    limit.rlim_cur = limit.rlim_max = std::min(limit.rlim_max, value); // RLIM_INFINITY is the largest
    if (::setrlimit(resource, &limit) != 0)
        cannot_give_up(deed, errno);
}

using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

void drop_bounding_set()
{
    for (unsigned long capability = 0;; ++capability)
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
            if (errno == EINVAL && capability > 0) // beyond the last that this kernel knows
                return;
            cannot_give_up("give up the capabilities that programs could get", errno);
        }
}

void drop_capabilities()
{
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    Capabilities none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0)
        cannot_give_up("give up capabilities", errno);
    Capabilities left{};
    if (::syscall(SYS_capget, &header, left.data()) != 0)
        cannot_give_up("ask for the capabilities that are left", errno);
    for (const auto& word : left)
        if ((word.effective | word.permitted | word.inheritable) != 0)
            cannot_give_up("give up capabilities", EPERM);
}

void prove_user(uid_t uid, const std::vector<gid_t>& only)
{
    uid_t users[3] = {};
    gid_t groups[3] = {};
    const gid_t gid = only.front();
    if (::getresuid(&users[0], &users[1], &users[2]) != 0 || ::getresgid(&groups[0], &groups[1], &groups[2]) != 0)
        cannot_give_up("ask for the user that this process has become", errno);
    for (int i = 0; i < 3; ++i)
        if (users[i] != uid || groups[i] != gid)
            cannot_give_up("become another user", EPERM);
    std::vector<gid_t> left(only.size());
    if (::getgroups(static_cast<int>(left.size()), left.data()) != static_cast<int>(only.size()) ||
        !std::ranges::is_permutation(left, only))
        cannot_give_up("leave the groups of root", EPERM);
    if (::setresuid(0, 0, 0) == 0 || ::setresgid(0, 0, 0) == 0 || ::setgroups(0, nullptr) == 0)
        cannot_give_up("become another user for good", EPERM);
}

} // namespace

void drop_privileges(uid_t uid, const std::vector<gid_t>& groups)
{
    if (uid == 0 || groups.empty() || std::ranges::find(groups, gid_t{0}) != groups.end())
        cannot_give_up("give up the rights of root for a user whose number or group is 0", EPERM);
    set(PR_SET_NO_NEW_PRIVS, 1, "rule out new privileges");
    bound(RLIMIT_CORE, 0, "rule out core files");
    drop_bounding_set();
    const gid_t gid = groups.front();
    if (::setgroups(groups.size(), groups.data()) != 0)
        cannot_give_up("leave the groups of root", errno);
    if (::setresgid(gid, gid, gid) != 0)
        cannot_give_up("change the group", errno);
    if (::setresuid(uid, uid, uid) != 0)
        cannot_give_up("change the user", errno);
    drop_capabilities();
    set(PR_SET_DUMPABLE, 0, "close the memory to others");
    prove_user(uid, groups);
}

void bound_memory([[maybe_unused]] std::size_t bytes)
{
#ifndef ESCHER_NEEDS_ALL_ADDRESSES
    bound(RLIMIT_AS, bytes, "bound the memory");
#endif
}

void end_with(pid_t parent)
{
    set(PR_SET_PDEATHSIG, SIGKILL, "ask to end with the parent");
    if (::getppid() != parent)
        ::raise(SIGKILL);
}

void read_nothing()
{
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0)
        cannot_give_up("open /dev/null", errno);
    ::close(nothing);
}

void close_all_but(int kept)
{
    const auto last = static_cast<unsigned>(kept);
    if (last > 3 && ::syscall(SYS_close_range, 3U, last - 1, 0U) != 0 && errno != ENOSYS)
        cannot_give_up("close what is inherited", errno);
    if (::syscall(SYS_close_range, last + 1, ~0U, 0U) == 0)
        return;
    if (errno != ENOSYS)
        cannot_give_up("close what is inherited", errno);
    rlimit limit = {}; // a kernel before 5.9
    ::getrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = 3; fd < static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1U << 20)); ++fd)
        if (fd != kept)
            ::close(fd);
}

void become(const UnprivilegedUser& user, pid_t parent, int socket)
{
    close_all_but(socket);
    if (::setsid() < 0)
        cannot_give_up("leave the session of the terminal", errno);
    drop_privileges(user.uid, user.groups);
    end_with(parent);
}

} // namespace escher::os
