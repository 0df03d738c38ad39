#include "os/machine_mark.hpp"

#include "core/stable_hash.hpp"
#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <vector>

namespace escher::os {

namespace {

constexpr std::size_t most_cards = 8;
constexpr const char* first_pid_namespace = "pid:[4026531836]"; ///< PROC_PID_INIT_INO: not that of a container

[[noreturn]] void cannot_examine_file(const std::filesystem::path& path, int error)
{
    throw Error(ErrorKind::io, "cannot examine '" + path.string() + "': " + errno_text(error) + remedy(error));
}

/// False, and errno: it could not be examined.
bool examine(int directory, const char* path, int flags, FileMark& mark)
{
    struct statx found = {};
    if (::statx(directory, path, flags, STATX_INO | STATX_BTIME, &found) == 0) {
        mark.device = makedev(found.stx_dev_major, found.stx_dev_minor);
        mark.inode = found.stx_ino;
        if ((found.stx_mask & STATX_BTIME) != 0)
            mark.born = found.stx_btime.tv_sec * 1'000'000'000 + found.stx_btime.tv_nsec;
        return true;
    }
    if (errno != ENOSYS && errno != EPERM)
        return false;
    struct stat older = {}; // a kernel or a sandbox without statx(2)
    if (::fstatat(directory, path, &older, flags) != 0)
        return false;
    mark.device = older.st_dev;
    mark.inode = older.st_ino;
    return true;
}

/// The first line of a small file; empty: there is none, or it is not for us.
std::string line_of(const std::filesystem::path& path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string hashed(const char* kind, const std::string& text)
{
    return std::string(kind) + ':' + std::to_string(stable_hash({"escher-cron", kind, text}));
}

} // namespace

std::optional<FileMark> file_mark(const std::filesystem::path& path)
{
    FileMark mark;
    if (examine(AT_FDCWD, path.c_str(), 0, mark))
        return mark;
    if (errno != ENOENT && errno != ENOTDIR)
        cannot_examine_file(path, errno);
    return std::nullopt;
}

FileMark file_mark(int fd, const std::filesystem::path& path)
{
    FileMark mark;
    if (!examine(fd, "", AT_EMPTY_PATH, mark))
        cannot_examine_file(path, errno);
    return mark;
}

std::string hardware_below(const std::filesystem::path& root)
{
    std::string words;
    const auto add = [&](const std::string& word) { words += (words.empty() ? "" : ",") + word; };
    if (const auto board = line_of(root / "sys/class/dmi/id/product_uuid"); !board.empty())
        add(hashed("board", board));
    std::vector<std::string> cards;
    std::error_code missing;
    for (const auto& card : std::filesystem::directory_iterator(root / "sys/class/net", missing)) {
        // Without a device it is the kernel's own; an address that is not permanent was made up at a boot.
        if (!std::filesystem::exists(card.path() / "device", missing) ||
            line_of(card.path() / "addr_assign_type") != "0")
            continue;
        if (const auto address = line_of(card.path() / "address"); !address.empty())
            cards.push_back(hashed("card", address));
    }
    std::ranges::sort(cards);
    cards.resize(std::min(cards.size(), most_cards));
    for (const auto& card : cards)
        add(card);
    return words;
}

std::string machine_hardware()
{
    std::error_code error;
    if (std::filesystem::read_symlink("/proc/self/ns/pid", error) != first_pid_namespace)
        return {};
    return hardware_below("/");
}

} // namespace escher::os
