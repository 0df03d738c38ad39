#include "app/shared_files.hpp"

#include "os/errno_text.hpp"
#include "os/fd.hpp"
#include "os/name_service.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace escher {

namespace {

constexpr mode_t shared_directory = 02770;
constexpr mode_t private_directory = 0700;
constexpr mode_t file_mode = 0660;

[[noreturn]] void fail(const std::string& deed, const std::filesystem::path& path, const std::string& remedy = "")
{
    const int error = errno;
    throw Error(error == EACCES || error == EPERM ? ErrorKind::permission : ErrorKind::cannot_create,
                fmt::format("cannot {} '{}': {}{}", deed, path.string(), std::strerror(error), remedy));
}

bool holds_only(const std::filesystem::path& directory, const std::vector<std::string>& names)
{
    if (names.empty())
        return true;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (std::find(names.begin(), names.end(), entry.path().filename().string()) == names.end())
            return false;
    return true;
}

} // namespace

gid_t group_id(const std::string& name)
{
    const auto answer = os::look_up_group(name);
    if (answer.error != 0)
        throw Error(ErrorKind::io, fmt::format("--group: cannot look up the group '{}': {}{}", name,
                                               os::errno_text(answer.error), os::remedy(answer.error)));
    if (!answer.found)
        throw Error(ErrorKind::usage,
                    fmt::format("--group: there is no group '{}'; on Debian a web server's is www-data", name));
    return answer.entry.gr_gid;
}

std::vector<std::string> own_entries(const Config& config)
{
    const std::string database = config.database.path.filename().string();
    std::vector<std::string> names{database, database + "-wal", database + "-shm", database + "-journal"};
    for (const auto& path :
         {config.run.state, config.run.lock, config.run.wake, config.output.directory, config.file})
        names.push_back(path.filename().string());
    names.emplace_back("conf.d");
    return names;
}

void SharedFiles::make_directory(const std::filesystem::path& path, bool dedicated,
                                 const std::vector<std::string>& ours)
{
    const mode_t mode = group_ ? shared_directory : private_directory;
    std::error_code failed;
    // What leads there is for everybody to pass through, as usual.
    if (path.has_parent_path() && !std::filesystem::exists(path.parent_path(), failed))
        std::filesystem::create_directories(path.parent_path(), failed);
    if (::mkdir(path.c_str(), 0700) == 0) {
        give_to_group(path, mode, true);
        return;
    }
    if (errno != EEXIST)
        fail("create the directory", path,
             errno == EACCES ? "; run this as root, or choose a place of your own" : "");
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
        errno = ENOTDIR;
        fail("use the directory", path);
    }
    if (!group_ || (is_of_owner(found.st_uid) && found.st_gid == *group_ &&
                    (found.st_mode & shared_directory) == shared_directory))
        return;
    if (!dedicated || !holds_only(path, ours))
        throw Error(ErrorKind::cannot_create,
                    fmt::format("the directory '{}' holds more than our files, so it is left as it is; if the group "
                                "may have all of it: chgrp {} '{}' && chmod 2770 '{}'",
                                path.string(), group_name_, path.string(), path.string()));
    give_to_group(path, mode, false);
}

void SharedFiles::make_file(const std::filesystem::path& path)
{
    const os::Fd created(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (created) {
        give_to_group(path, file_mode, true);
        return;
    }
    if (errno != EEXIST)
        fail("create", path);
    share_existing(path);
}

void SharedFiles::share_existing(const std::filesystem::path& path)
{
    struct stat found {};
    if (!group_ || ::lstat(path.c_str(), &found) != 0)
        return;
    if (!S_ISREG(found.st_mode)) {
        errno = EINVAL;
        fail("share", path, ": it is not a regular file");
    }
    if (!is_of_owner(found.st_uid) || found.st_gid != *group_ || (found.st_mode & file_mode) != file_mode)
        give_to_group(path, file_mode, false);
}

void SharedFiles::give_to_group(const std::filesystem::path& path, mode_t mode, bool created)
{
    // By descriptor, so that nobody can slip a link in between.
    const os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file)
        fail("open", path);
    // Under another name it may be anything.
    if (struct stat found{}; ::fstat(file.get(), &found) != 0 || (S_ISREG(found.st_mode) && found.st_nlink > 1)) {
        errno = EMLINK;
        fail("share", path, ": it is a hard link");
    }
    if (group_ && ::fchown(file.get(), owner_.value_or(static_cast<uid_t>(-1)), *group_) != 0)
        fail("give to the group " + group_name_, path, "; only root and members of the group can");
    // After the owner: changing that clears the set-group-id bit.
    if (::fchmod(file.get(), mode) != 0)
        fail("change the mode of", path);
    deeds_.push_back(fmt::format("{} '{}' ({:04o}{}{})", created ? "created" : "shared", path.string(), mode,
                                 owner_ ? ", user " + owner_name_ : "", group_ ? ", group " + group_name_ : ""));
}

} // namespace escher
