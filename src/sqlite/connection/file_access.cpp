#include "sqlite/connection/file_access.hpp"

#include <unistd.h>

#include <cerrno>

namespace escher::sqlite {

std::optional<bool> may_access(const std::filesystem::path& path, int mode)
{
    if (::access(path.c_str(), mode) == 0)
        return true;
    switch (errno) {
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        return false;
    default:
        return std::nullopt;
    }
}

bool may_write_all(const std::filesystem::path& file)
{
    if (!may_access(directory_of(file), W_OK | X_OK).value_or(false) ||
        !may_access(file, R_OK | W_OK).value_or(false))
        return false;
    for (const char* suffix : {"-wal", "-shm", "-journal"}) {
        const std::filesystem::path beside = file.string() + suffix;
        if (may_access(beside, F_OK).value_or(true) && !may_access(beside, R_OK | W_OK).value_or(false))
            return false;
    }
    return true;
}

std::filesystem::path directory_of(const std::filesystem::path& file)
{
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

} // namespace escher::sqlite
