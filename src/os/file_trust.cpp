#include "os/system.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string_view>

namespace escher::os {

namespace {

bool is_us_or_root(uid_t uid)
{
    return uid == 0 || uid == ::geteuid();
}

/// True for a group of our user's own: it bears the user's name, is its primary one and has no other member. That is how
/// Debian sets users up, together with a umask that lets the group write.
bool is_private_group(gid_t gid)
{
    const passwd* user = ::getpwuid(::geteuid());
    if (user == nullptr || user->pw_gid != gid)
        return false;
    const std::string name = user->pw_name;
    const group* entry = ::getgrgid(gid);
    if (entry == nullptr || name != entry->gr_name)
        return false;
    for (char** member = entry->gr_mem; *member != nullptr; ++member)
        if (name != *member && std::string_view(*member) != "root")
            return false;
    return true;
}

bool has_acl(const std::filesystem::path& path)
{
    return ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

bool only_we_write(const std::filesystem::path& path, const struct stat& status)
{
    if (!is_us_or_root(status.st_uid) || (status.st_mode & S_IWOTH) != 0)
        return false;
    if ((status.st_mode & S_IWGRP) != 0 && !is_private_group(status.st_gid))
        return false;
    return !has_acl(path);
}

/// True if only we get into the directory: then the modes of what is in it do not matter.
bool only_we_enter(const std::filesystem::path& directory, const struct stat& status)
{
    return is_us_or_root(status.st_uid) && (status.st_mode & (S_IXGRP | S_IXOTH)) == 0 && !has_acl(directory);
}

/// The directories above decide too: who can rename one can put another in its place. A sticky one (/tmp) lets nobody
/// rename what is ours.
bool ancestors_are_safe(std::filesystem::path directory)
{
    for (;;) {
        struct stat status = {};
        if (::lstat(directory.c_str(), &status) != 0)
            return false;
        const bool sticky = (status.st_mode & S_ISVTX) != 0 && is_us_or_root(status.st_uid);
        const bool link = S_ISLNK(status.st_mode) && is_us_or_root(status.st_uid); // its mode says nothing
        if (!sticky && !link && !only_we_write(directory, status))
            return false;
        if (directory == directory.parent_path())
            return true;
        directory = directory.parent_path();
    }
}

} // namespace

bool writable_only_by_us(const std::filesystem::path& file)
{
    std::error_code error;
    const auto named = std::filesystem::absolute(file, error).lexically_normal();
    const auto real = std::filesystem::weakly_canonical(named, error);
    if (error || real.empty())
        return false;
    struct stat directory = {};
    if (::stat(real.parent_path().c_str(), &directory) != 0 || !only_we_write(real.parent_path(), directory) ||
        !ancestors_are_safe(real.parent_path()) || !ancestors_are_safe(named.parent_path()))
        return false;
    struct stat status = {};
    if (::stat(real.c_str(), &status) != 0)
        return true; // it does not exist yet, and nobody else can create it
    if (!is_us_or_root(status.st_uid))
        return false;
    return only_we_enter(real.parent_path(), directory) || only_we_write(real, status);
}

} // namespace escher::os
