#include "app/database_directory.hpp"

#include "app/private_place.hpp"
#include "core/errno_text.hpp"
#include "os/network_file_system.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace escher {

namespace {

std::string quoted(const std::filesystem::path& path)
{
    return "'" + path.string() + "'";
}

bool is_there(const std::filesystem::path& path, const std::string& what)
{
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0)
        return true;
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR)
        return false;
    const bool of_the_path = error == EACCES || error == ELOOP || error == ENAMETOOLONG;
    throw Error(error == EACCES ? ErrorKind::permission
                : of_the_path   ? ErrorKind::unavailable
                                : ErrorKind::io,
                "cannot look at " + what + " " + quoted(path) + ": " + errno_text(error) +
                    (of_the_path ? "; 'escher-cron check' tells what is in the way" : remedy(error)));
}

void make_private_directories(const std::filesystem::path& directory)
{
    if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST)
        return;
    if (errno == ENOENT && directory.has_relative_path()) {
        make_private_directories(directory.parent_path());
        if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST)
            return;
    }
    throw Error(ErrorKind::cannot_create, "cannot create the directory " + quoted(directory) +
                                              " for the database: " + std::strerror(errno) +
                                              "; set XDG_STATE_HOME or database.path to a place you can write");
}

} // namespace

void prepare_database_directory(const Config& config, Access access)
{
    const std::filesystem::path& file = config.database.path;
    if (const auto network = os::network_file_system(file))
        throw Error(ErrorKind::unavailable,
                    "the database " + quoted(file) + " lies on a network file system (" + *network +
                        "), where locks cannot be relied on: set database.path to a local directory");
    if (is_there(file, "the database"))
        return;
    if (access != Access::create) {
        const std::string remedy =
            config.file.empty() ? "the first 'escher-cron add' creates it" : "'" + init_call(config) + "' creates it";
        throw Error(ErrorKind::unavailable, "there is no database " + quoted(file) + " yet: " + remedy);
    }
    const std::filesystem::path directory = file.parent_path();
    if (is_there(directory, "the directory of the database"))
        return;
    if (!config.file.empty())
        throw Error(ErrorKind::cannot_create, "the directory " + quoted(directory) +
                                                  " of the database does not exist: '" + init_call(config) +
                                                  "' creates it, or correct database.path");
    make_private_directories(directory);
}

} // namespace escher
