#include "os/file_trust.hpp"

#include "os/errno_text.hpp"
#include "os/name_service.hpp"

#include <escher/error.hpp>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

namespace escher::os {

namespace {

namespace fs = std::filesystem;

/// An error of the system is no answer: "others can write it" would make jobs invalid, "nobody can" run what others wrote.
[[noreturn]] void cannot(const std::string& operation, const std::string& object, int error)
{
    const bool denied = error == EACCES || error == EPERM;
    throw Error(denied ? ErrorKind::permission : ErrorKind::io,
                "cannot " + operation + " '" + object + "': " + errno_text(error) +
                    (denied ? "; let this user look there" : remedy(error)));
}

bool is_us_or_root(uid_t uid)
{
    return uid == 0 || uid == ::geteuid();
}

/// True for a group of our user's own: it bears the user's name, is its primary one and has no other member. That is how
/// Debian sets users up, together with a umask that lets the group write.
bool is_private_group(gid_t gid)
{
    const auto user = look_up_user(::geteuid());
    if (user.error != 0)
        cannot("look up the user", std::to_string(::geteuid()), user.error);
    if (!user.found || user.entry.pw_gid != gid)
        return false;
    const std::string name = user.entry.pw_name;
    const auto answer = look_up_group(gid);
    if (answer.error != 0)
        cannot("look up the group", std::to_string(gid), answer.error);
    if (!answer.found || name != answer.entry.gr_name)
        return false;
    for (char** member = answer.entry.gr_mem; *member != nullptr; ++member)
        if (name != *member && std::string_view(*member) != "root")
            return false;
    return true;
}

/// `size`: what asking for the list has returned, with errno.
bool is_acl(ssize_t size, const fs::path& path)
{
    if (size >= 0)
        return true;
    if (errno != ENODATA && errno != ENOTSUP && errno != ENOSYS)
        cannot("read the access control list of", path.string(), errno);
    return false;
}

constexpr const char* acl_name = "system.posix_acl_access";

bool has_acl(const fs::path& path)
{
    return is_acl(::getxattr(path.c_str(), acl_name, nullptr, 0), path);
}

/// By owner and mode alone.
bool only_our_mode_writes(const struct stat& status)
{
    if (!is_us_or_root(status.st_uid) || (status.st_mode & S_IWOTH) != 0)
        return false;
    return (status.st_mode & S_IWGRP) == 0 || is_private_group(status.st_gid);
}

bool only_we_write(const fs::path& path, const struct stat& status)
{
    return only_our_mode_writes(status) && !has_acl(path);
}

/// True if only we get into the directory: then the modes of what is in it do not matter.
bool only_we_enter(const fs::path& directory, const struct stat& status)
{
    return is_us_or_root(status.st_uid) && (status.st_mode & (S_IXGRP | S_IXOTH)) == 0 && !has_acl(directory);
}

/// What `examine`, stat or lstat, says of `path`; none: it is not there.
std::optional<struct stat> status_of(const fs::path& path, int (*examine)(const char*, struct stat*))
{
    struct stat status = {};
    if (examine(path.c_str(), &status) == 0)
        return status;
    if (errno != ENOENT && errno != ENOTDIR)
        cannot("examine", path.string(), errno);
    return std::nullopt;
}

/// The directories above decide too: who can rename one can put another in its place. A sticky one (/tmp) lets nobody
/// rename what is ours.
bool ancestors_are_safe(fs::path directory)
{
    for (;;) {
        const auto status = status_of(directory, ::lstat);
        if (!status)
            return false;
        const bool sticky = (status->st_mode & S_ISVTX) != 0 && is_us_or_root(status->st_uid);
        const bool link = S_ISLNK(status->st_mode) && is_us_or_root(status->st_uid); // its mode says nothing
        if (!sticky && !link && !only_we_write(directory, *status))
            return false;
        if (directory == directory.parent_path())
            return true;
        directory = directory.parent_path();
    }
}

/// A path as it is named, and what it leads to.
struct Resolved {
    fs::path named;
    fs::path real;
};

Resolved resolve(const fs::path& path)
{
    std::error_code error;
    const auto named = fs::absolute(path, error).lexically_normal();
    if (error)
        cannot("resolve the path", path.string(), error.value());
    const auto real = fs::weakly_canonical(named, error);
    if (error)
        cannot("resolve the path", named.string(), error.value());
    return {named, real};
}

/// None: it is not there, or not only we write it and what leads to it.
std::optional<struct stat> status_of_our_directory(const Resolved& directory)
{
    const auto status = status_of(directory.real, ::stat);
    if (!status || !only_we_write(directory.real, *status) || !ancestors_are_safe(directory.real) ||
        (directory.named != directory.real && !ancestors_are_safe(directory.named)))
        return std::nullopt;
    return status;
}

} // namespace

bool writable_only_by_us(const fs::path& file)
{
    const auto [named, real] = resolve(file);
    const auto directory = status_of_our_directory({named.parent_path(), real.parent_path()});
    if (!directory)
        return false;
    const auto status = status_of(real, ::stat);
    if (!status)
        return true; // it does not exist yet, and nobody else can create it
    if (!is_us_or_root(status->st_uid))
        return false;
    return only_we_enter(real.parent_path(), *directory) || only_we_write(real, *status);
}

bool is_directory_only_we_write(const fs::path& directory)
{
    return status_of_our_directory(resolve(directory)).has_value();
}

bool writable_only_by_us(int fd, const fs::path& name)
{
    struct stat status = {};
    if (::fstat(fd, &status) < 0)
        cannot("examine", name.string(), errno);
    return only_our_mode_writes(status) && !is_acl(::fgetxattr(fd, acl_name, nullptr, 0), name);
}

} // namespace escher::os
