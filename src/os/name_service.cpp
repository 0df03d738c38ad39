#include "os/name_service.hpp"

#include "os/fd.hpp"

#include <fcntl.h>

#include <cerrno>

namespace escher::os {

namespace {

constexpr const char* user_file = "/etc/passwd";
constexpr const char* group_file = "/etc/group";
constexpr std::size_t largest_entry = 1U << 22;

/// getpwnam(3): name services say in several ways that there is no such entry.
bool denies(int error)
{
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

int fault_of(const char* file)
{
    const Fd fd(::open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    char byte = 0;
    if (fd && ::read(fd.get(), &byte, 1) >= 0)
        return 0;
    return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : errno;
}

/// `ask(entry, buffer, size, result)` is one of the get..._r functions with its key bound.
template<typename Entry, typename Ask>
NameAnswer<Entry> look_up(const char* file, const Ask& ask)
{
    NameAnswer<Entry> answer;
    answer.text.resize(4096);
    // A no counts if it is said twice and the file can be read: where that failed, the service that nsswitch.conf names
    // after it (Debian's has systemd there) says no, and its answer is all that is left to see.
    for (int asked = 0; asked < 2; ++asked) {
        Entry* found = nullptr;
        do {
            answer.error = ask(&answer.entry, answer.text.data(), answer.text.size(), &found);
            if (answer.error == ERANGE)
                answer.text.resize(answer.text.size() * 2);
        } while (answer.error == EINTR || (answer.error == ERANGE && answer.text.size() < largest_entry));
        if (found != nullptr) {
            answer.found = true;
            answer.error = 0;
            return answer;
        }
    }
    if (denies(answer.error))
        answer.error = fault_of(file);
    return answer;
}

} // namespace

NameAnswer<passwd> look_up_user(uid_t uid)
{
    return look_up<passwd>(user_file, [uid](passwd* entry, char* text, std::size_t size, passwd** found) {
        return ::getpwuid_r(uid, entry, text, size, found);
    });
}

NameAnswer<passwd> look_up_user(const std::string& name)
{
    return look_up<passwd>(user_file, [&name](passwd* entry, char* text, std::size_t size, passwd** found) {
        return ::getpwnam_r(name.c_str(), entry, text, size, found);
    });
}

NameAnswer<group> look_up_group(gid_t gid)
{
    return look_up<group>(group_file, [gid](group* entry, char* text, std::size_t size, group** found) {
        return ::getgrgid_r(gid, entry, text, size, found);
    });
}

NameAnswer<group> look_up_group(const std::string& name)
{
    return look_up<group>(group_file, [&name](group* entry, char* text, std::size_t size, group** found) {
        return ::getgrnam_r(name.c_str(), entry, text, size, found);
    });
}

std::string group_name(gid_t gid)
{
    const auto answer = look_up_group(gid);
    return answer.found ? answer.entry.gr_name : std::to_string(gid);
}

int fault_of_group_file()
{
    return fault_of(group_file);
}

} // namespace escher::os
