#include "os/output_directory.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace escher::os {

namespace {

Fd open_directory(const std::filesystem::path& path)
{
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

} // namespace

int OutputDirectory::open_or_create()
{
    if (fd_)
        return fd_.get();
    fd_ = open_directory(path_);
    if (!fd_ && errno == ENOENT) {
        if (::mkdir(path_.c_str(), 0770) < 0 && errno != EEXIST) {
            const int error = errno;
            throw Error(
                ErrorKind::cannot_create,
                "cannot create the output directory '" + path_.string() + "': " + errno_text(error) +
                    (error == ENOENT ? "; create its parent directory or set output.directory" : remedy(error)));
        }
        fd_ = open_directory(path_);
    }
    if (!fd_)
        throw Error(ErrorKind::cannot_create, "cannot open the output directory '" + path_.string() +
                                                  "': " + errno_text(errno) + remedy(errno));
    return fd_.get();
}

int OutputDirectory::open_existing() const
{
    // A directory that was deleted or replaced while we have it open says nothing any more.
    struct stat opened = {};
    struct stat named = {};
    if (!fd_ || ::fstat(fd_.get(), &opened) < 0 || ::stat(path_.c_str(), &named) < 0 ||
        opened.st_ino != named.st_ino || opened.st_dev != named.st_dev)
        fd_ = open_directory(path_);
    return fd_.get();
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
