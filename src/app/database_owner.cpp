#include "app/database_owner.hpp"

#include "app/private_place.hpp"
#include "os/errno_text.hpp"
#include "os/file_trust.hpp"
#include "os/name_service.hpp"

#include <escher/error.hpp>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace escher {

namespace {

[[noreturn]] void refuse(const Config& config, const std::filesystem::path& directory, gid_t group,
                         const std::string& why)
{
    throw Error(
        ErrorKind::config,
        fmt::format("the directory '{}' of the database {}: '{} --group {} --owner escher-cron' gives it to a "
                    "user of its own",
                    directory.string(), why, init_call(config), os::group_name(group)));
}

} // namespace

std::optional<os::UnprivilegedUser> owner_of_shared_database(const Config& config)
{
    if (::geteuid() != 0)
        return std::nullopt;
    const auto directory = config.database.path.parent_path();
    struct stat found {};
    if (::stat(directory.c_str(), &found) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt; // told of by who opens the database
        throw Error(ErrorKind::io, fmt::format("cannot look at the directory '{}' of the database: {}{}",
                                               directory.string(), os::errno_text(errno), os::remedy(errno)));
    }
    if (os::is_directory_only_we_write(directory))
        return std::nullopt;
    if (found.st_uid == 0)
        refuse(config, directory, found.st_gid, "belongs to root, and others can write it");
    const auto owner = os::look_up_user(found.st_uid);
    if (owner.error != 0)
        throw Error(ErrorKind::io,
                    fmt::format("cannot look up the user {}, to whom the directory '{}' belongs: {}{}", found.st_uid,
                                directory.string(), os::errno_text(owner.error), os::remedy(owner.error)));
    if (!owner.found)
        refuse(config, directory, found.st_gid,
               fmt::format("belongs to the number {}, which no user has", found.st_uid));
    if (owner.entry.pw_gid == 0)
        refuse(config, directory, found.st_gid,
               fmt::format("belongs to the user {}, whose group is root's", owner.entry.pw_name));
    os::UnprivilegedUser known{.uid = found.st_uid, .groups = {owner.entry.pw_gid}};
    // What other members of it create there is for this group to open.
    if (found.st_gid != 0 && found.st_gid != owner.entry.pw_gid)
        known.groups.push_back(found.st_gid);
    return known;
}

} // namespace escher
