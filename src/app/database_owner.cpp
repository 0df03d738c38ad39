#include "app/database_owner.hpp"

#include "app/private_place.hpp"
#include "os/errno_text.hpp"
#include "os/fd.hpp"
#include "os/file_trust.hpp"
#include "os/name_service.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace escher {

std::optional<DatabaseOwner> database_owner(const Config& config)
{
    if (::geteuid() != 0)
        return std::nullopt;
    const auto directory = config.database.path.parent_path();
    const os::Fd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat found {};
    if (!opened || ::fstat(opened.get(), &found) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt; // which is told to whoever needs it
        throw Error(ErrorKind::io, fmt::format("cannot tell whose the directory '{}' of the database is: {}{}",
                                               directory.string(), os::errno_text(errno), os::remedy(errno)));
    }
    if (found.st_uid == 0) {
        if (os::writable_only_by_us(opened.get(), directory))
            return std::nullopt;
        throw Error(ErrorKind::config,
                    fmt::format("the directory '{}' of the database belongs to root, and others can write it: '{} "
                                "--group GROUP --owner escher-cron' gives it a user of its own",
                                directory.string(), init_call(config)));
    }
    if (found.st_gid != 0)
        return DatabaseOwner{.uid = found.st_uid, .gid = found.st_gid};
    const auto user = os::look_up_user(found.st_uid);
    if (user.error != 0)
        throw Error(ErrorKind::io,
                    fmt::format("cannot look up the owner of the directory '{}' of the database: {}{}",
                                directory.string(), os::errno_text(user.error), os::remedy(user.error)));
    return DatabaseOwner{.uid = found.st_uid, .gid = user.found ? user.entry.pw_gid : found.st_gid};
}

} // namespace escher
