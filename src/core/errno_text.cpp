#include "core/errno_text.hpp"

#include <cerrno>
#include <system_error>

namespace escher {

std::string errno_text(int error)
{
    return std::generic_category().message(error);
}

std::string remedy(int error)
{
    switch (error) {
    case EMFILE:
        return "; raise the limit of open files (ulimit -n) or lower run.concurrency";
    case ENFILE:
        return "; the whole system is out of open files (fs.file-max)";
    case EAGAIN:
        return "; the limit of processes is reached (ulimit -u, or pids.max of the control group)";
    case ENOMEM:
        return "; free memory or lower run.concurrency";
    case ENOSPC:
        return "; free space on its file system";
    case EDQUOT:
        return "; the disk quota is used up";
    case EIO:
    case ENXIO:
        return "; the disk or the file system fails: see the kernel's log";
    case ESTALE:
        return "; its file system is a network's, and has lost it: use a local one";
    case ENOLCK:
        return "; locks fail on its file system: use a local one";
    case EROFS:
        return "; mount its file system writable or configure another place";
    case EACCES:
    case EPERM:
        return "; let the user that runs the tick write there";
    default:
        return {};
    }
}

} // namespace escher
