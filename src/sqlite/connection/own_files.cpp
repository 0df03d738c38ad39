#include "sqlite/connection/own_files.hpp"

#include "core/ascii.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string_view>

namespace escher::sqlite {

namespace {

using Open = int (*)(const char*, int, int);

constexpr std::array<std::string_view, 3> suffixes = {"-wal", "-shm", "-journal"};

/// SQLite keeps one table of system calls for the whole process, so this is one too.
struct Known {
    std::set<std::string, std::less<>> databases;
    std::optional<FileIdentity> opened;
    std::string refusal;
};

Known& known()
{
    static Known the_one;
    return the_one;
}

Open system_open = nullptr;

sqlite3_vfs& below()
{
    return *sqlite3_vfs_find(nullptr);
}

bool is_own(std::string_view path)
{
    const auto& databases = known().databases;
    if (databases.contains(path))
        return true;
    for (const auto suffix : suffixes)
        if (path.ends_with(suffix) && databases.contains(path.substr(0, path.size() - suffix.size())))
            return true;
    return false;
}

/// Nothing can be opened there, because of what it is.
void refuse_kind(const char* path, mode_t kind)
{
    struct stat status {};
    status.st_mode = kind;
    known().refusal = "'" + std::string(path) + "' " + oddity_of(status);
}

int open_own(const char* path, int flags, int mode)
{
    if (!is_own(path))
        return system_open(path, flags, mode);
    // Without O_NONBLOCK a pipe in place of the file would hold us up for ever. A regular file does not know the flag.
    const int fd = system_open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
    if (fd < 0) {
        const int error = errno;
        const bool is_database = known().databases.contains(std::string_view(path));
        if (error == ELOOP)
            refuse_kind(path, S_IFLNK);
        else if (error == ENXIO)
            refuse_kind(path, S_IFSOCK);
        else if (error == EISDIR && !is_database) // of the database SQLite says so itself, with a remedy
            refuse_kind(path, S_IFDIR);
        errno = error;
        return fd;
    }
    struct stat status {};
    const int error = ::fstat(fd, &status) != 0 ? errno : 0;
    const std::string oddity = error == 0 ? oddity_of(status) : "";
    if (error == 0 && oddity.empty()) {
        if (known().databases.contains(std::string_view(path)))
            known().opened = FileIdentity{status.st_dev, status.st_ino};
        return fd;
    }
    ::close(fd);
    if (error == 0)
        known().refusal = "'" + std::string(path) + "' " + oddity;
    errno = error == 0 ? ELOOP : error;
    return -1;
}

void guard_open()
{
    const auto ours = reinterpret_cast<sqlite3_syscall_ptr>(open_own);
    const auto current = below().xGetSystemCall(&below(), "open");
    if (current == ours)
        return;
    system_open = reinterpret_cast<Open>(current);
    below().xSetSystemCall(&below(), "open", ours);
}

/// A journal alone can have named it.
int refuse_foreign_path(const char* path)
{
    known().refusal =
        "its -journal says that '" + on_one_line(path) +
        "' is of the same transaction, which is none of its own files: a program died while it wrote several "
        "databases at once, or somebody has planted it. Nothing was undone or deleted; let that program, or "
        "the owner of the database with sqlite3(1), open it once, or remove ";
    const char* separator = "";
    for (const auto& database : known().databases) {
        if (::access((database + "-journal").c_str(), F_OK) != 0)
            continue;
        known().refusal += separator + ("'" + database + "-journal'");
        separator = ", ";
    }
    return SQLITE_CANTOPEN;
}

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* flags_out)
{
    file->pMethods = nullptr;
    const bool has_name = path != nullptr && *path != '\0'; // none: a temporary file, whose name is made up below
    if (has_name && (flags & SQLITE_OPEN_MAIN_DB) != 0)
        known().databases.emplace(path);
    else if (has_name && ((flags & SQLITE_OPEN_SUPER_JOURNAL) != 0 || !is_own(path)))
        return refuse_foreign_path(path);
    return below().xOpen(&below(), path, file, flags, flags_out);
}

int delete_file(sqlite3_vfs*, const char* path, int sync)
{
    return is_own(path) ? below().xDelete(&below(), path, sync) : refuse_foreign_path(path);
}

int access_file(sqlite3_vfs*, const char* path, int what, int* result)
{
    return is_own(path) ? below().xAccess(&below(), path, what, result) : refuse_foreign_path(path);
}

/// The directory may be reached through symbolic links, the file may not: they are resolved for the one alone.
int full_path(sqlite3_vfs*, const char* path, int size, char* out)
{
    const std::string_view whole(path);
    const auto slash = whole.rfind('/');
    const std::string directory(slash == std::string_view::npos ? "." : slash == 0 ? "/" : whole.substr(0, slash));
    std::array<char, PATH_MAX> resolved{};
    if (::realpath(directory.c_str(), resolved.data()) == nullptr)
        return SQLITE_CANTOPEN;
    std::string full = resolved.data();
    if (full != "/")
        full += '/';
    full += slash == std::string_view::npos ? whole : whole.substr(slash + 1);
    if (full.size() >= static_cast<std::size_t>(size))
        return SQLITE_CANTOPEN;
    std::memcpy(out, full.c_str(), full.size() + 1);
    return SQLITE_OK;
}

} // namespace

const char* own_files_vfs()
{
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs like_unix = below();
        like_unix.zName = "escher";
        like_unix.pNext = nullptr;
        like_unix.xOpen = open_file;
        like_unix.xDelete = delete_file;
        like_unix.xAccess = access_file;
        like_unix.xFullPathname = full_path;
        return like_unix;
    }();
    if (sqlite3_vfs_find(vfs.zName) == nullptr)
        sqlite3_vfs_register(&vfs, 0);
    guard_open();
    known().opened.reset();
    forget_refusal();
    return vfs.zName;
}

std::optional<FileIdentity> opened_database() noexcept
{
    return known().opened;
}

const std::string& refusal() noexcept
{
    return known().refusal;
}

void forget_refusal() noexcept
{
    known().refusal.clear();
}

std::string oddity_of(const struct stat& status)
{
    if (S_ISLNK(status.st_mode))
        return "is a symbolic link, which is not followed: name the file itself, or remove the link if it is none of "
               "yours";
    if (!S_ISREG(status.st_mode))
        return "is not a regular file: see who has put it there, and remove it";
    if (status.st_nlink > 1)
        return "has more than one name (hard links), so that it may be somebody else's file: remove the others, or "
               "put a "
               "copy in its place";
    return {};
}

} // namespace escher::sqlite
