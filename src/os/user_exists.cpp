#include "os/system.hpp"

#include <pwd.h>

#include <cerrno>
#include <vector>

namespace escher::os {

bool user_exists(const std::string& name)
{
    std::vector<char> buffer(4096);
    passwd entry = {};
    passwd* found = nullptr;
    int error = 0;
    do {
        error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
        if (error == ERANGE)
            buffer.resize(buffer.size() * 2);
    } while (error == EINTR || (error == ERANGE && buffer.size() < (1U << 22)));
    // getpwnam(3): name services say in several ways that there is no such user. Any other error tells nothing of it.
    const bool denied = error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
    return found != nullptr || !denied;
}

} // namespace escher::os
