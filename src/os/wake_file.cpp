#include "os/wake_file.hpp"

#include "os/errno_text.hpp"
#include "os/fd.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace escher::os {

void touch_wake_file(const std::filesystem::path& path)
{
    constexpr int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    Fd fd(::open(path.c_str(), flags | O_CREAT | O_EXCL, 0660));
    if (fd)
        ::fchmod(fd.get(), 0660); // whatever the umask: others touch it too
    else if (errno == EEXIST)
        fd = Fd(::open(path.c_str(), flags));
    // That it is closed after having been open for writing is what a path unit sees, besides the new time.
    if (!fd || ::futimens(fd.get(), nullptr) != 0) {
        const int error = errno;
        throw Error(ErrorKind::cannot_create,
                    "cannot touch the wake file '" + path.string() + "': " + errno_text(error) + remedy(error));
    }
}

} // namespace escher::os
