#include "os/output_directory.hpp"

#include "os/errno_text.hpp"
#include "os/file_trust.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace escher::os {

namespace {

Fd open_directory(const std::filesystem::path& path)
{
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

/// A slash at the end would follow a link.
std::filesystem::path without_slash(const std::filesystem::path& path)
{
    return path.has_filename() || !path.has_parent_path() ? path : path.parent_path();
}

bool is_link(const std::filesystem::path& path)
{
    struct stat named = {};
    return ::lstat(path.c_str(), &named) == 0 && S_ISLNK(named.st_mode);
}

/// False: others own it or can write it. What is our own is taken from them: `init` gives all that it makes to the group.
bool is_for_us_alone(int fd, const std::filesystem::path& path)
{
    if (writable_only_by_us(fd, path))
        return true;
    struct stat opened = {};
    constexpr mode_t of_others = S_IWGRP | S_IWOTH;
    return ::fstat(fd, &opened) == 0 && opened.st_uid == ::geteuid() && (opened.st_mode & of_others) != 0 &&
           ::fchmod(fd, opened.st_mode & 07777 & ~of_others) == 0 && writable_only_by_us(fd, path);
}

} // namespace

OutputDirectory::OutputDirectory(const std::filesystem::path& path) : path_(without_slash(path)) {}

int OutputDirectory::open_or_create()
{
    if (fd_ && is_ours_)
        return fd_.get();
    fd_ = open_directory(path_);
    if (!fd_ && errno == ENOENT) {
        if (::mkdir(path_.c_str(), 0750) < 0 && errno != EEXIST) {
            const int error = errno;
            throw Error(
                ErrorKind::cannot_create,
                "cannot create the output directory '" + path_.string() + "': " + errno_text(error) +
                    (error == ENOENT ? "; create its parent directory or set output.directory" : remedy(error)));
        }
        fd_ = open_directory(path_);
    }
    if (!fd_) {
        const int error = errno;
        throw Error(ErrorKind::cannot_create,
                    "cannot open the output directory '" + path_.string() + "': " +
                        (is_link(path_) ? "it is a symbolic link, which is not followed; remove it, or set "
                                          "output.directory to where it leads"
                                        : errno_text(error) + remedy(error)));
    }
    is_ours_ = is_for_us_alone(fd_.get(), path_);
    if (!is_ours_) {
        forget();
        throw Error(ErrorKind::permission,
                    "the output directory '" + path_.string() +
                        "' belongs to somebody else, or others can write it: nothing is written "
                        "there; see what lies in it, then remove it, or set output.directory to "
                        "one that only the tick's user can write");
    }
    return fd_.get();
}

int OutputDirectory::open_existing() const
{
    // A directory that was deleted or replaced while we have it open says nothing any more.
    struct stat opened = {};
    struct stat named = {};
    if (!fd_ || ::fstat(fd_.get(), &opened) < 0 || ::lstat(path_.c_str(), &named) < 0 ||
        opened.st_ino != named.st_ino || opened.st_dev != named.st_dev) {
        fd_ = open_directory(path_);
        is_ours_ = false;
    }
    return fd_.get();
}

int OutputDirectory::open_ours() const
{
    const int fd = open_existing();
    if (fd < 0 || is_ours_)
        return fd;
    is_ours_ = is_for_us_alone(fd, path_);
    if (is_ours_)
        return fd;
    errno = EPERM;
    return -1;
}

void OutputDirectory::discard(std::span<const std::string> names) const
{
    // Twice, each, if it fails: nobody knows of the file afterwards.
    int directory = open_existing();
    if (directory < 0)
        directory = open_existing();
    for (const auto& name : names) {
        if (directory < 0 || !is_plain_name(name))
            continue;
        if (::unlinkat(directory, name.c_str(), 0) < 0 && errno != ENOENT)
            ::unlinkat(directory, name.c_str(), 0);
    }
}

bool OutputDirectory::is_plain_name(const std::string& name)
{
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
}

} // namespace escher::os
