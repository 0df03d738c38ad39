#include "config/config_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace escher {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest = 16 * 1024 * 1024;

[[noreturn]] void fail(const fs::path& path, const std::string& why)
{
    throw std::runtime_error("cannot read " + path.string() + ": " + why);
}

std::string describe_errno(int error)
{
    return std::generic_category().message(error);
}

class OpenFile {
public:
    /// Without O_NONBLOCK a FIFO would keep a tick waiting for its writer.
    explicit OpenFile(const fs::path& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
    {
        if (descriptor_ < 0)
            fail(path, describe_errno(errno));
    }
    ~OpenFile() { ::close(descriptor_); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

std::string read_all(const OpenFile& file, const fs::path& path, std::size_t expected)
{
    std::string text;
    text.resize(expected + 1);
    std::size_t length = 0;
    for (;;) {
        if (length == text.size())
            text.resize(std::min(text.size() * 2, largest + 1));
        const auto got = ::read(file.descriptor(), text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail(path, describe_errno(errno));
        if (got == 0)
            break;
        length += static_cast<std::size_t>(got);
        if (length > largest)
            fail(path, "it has more than 16 MiB, which is no config");
    }
    text.resize(length);
    return text;
}

void require_root_only_entry(const fs::path& path, const struct stat& entry)
{
    const auto refuse = [&](const std::string& why, const std::string& remedy) {
        throw std::runtime_error("refusing a config that others than root can change: " + path.string() + " " + why +
                                 "; mend it with: " + remedy + " " + path.string());
    };
    if (entry.st_uid != 0)
        refuse("belongs to uid " + std::to_string(entry.st_uid),
               S_ISLNK(entry.st_mode) ? "chown -h root" : "chown root");
    if (S_ISLNK(entry.st_mode) || (S_ISDIR(entry.st_mode) && (entry.st_mode & S_ISVTX) != 0))
        return;
    if ((entry.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        refuse((entry.st_mode & S_IWOTH) != 0 ? "can be written by everybody" : "can be written by its group",
               "chmod go-w");
}

} // namespace

ConfigFile read_config_file(const fs::path& path, bool strict)
{
    if (strict)
        require_root_only(path);
    const OpenFile file(path);
    struct stat status {};
    if (::fstat(file.descriptor(), &status) != 0)
        fail(path, describe_errno(errno));
    if (S_ISDIR(status.st_mode))
        fail(path, "it is a directory");
    if (!S_ISREG(status.st_mode))
        fail(path, "it is not a regular file");
    if (strict)
        require_root_only_entry(path, status); // of what was opened, whatever the path leads to by now
    if (static_cast<std::uint64_t>(status.st_size) > largest)
        fail(path, "it has more than 16 MiB, which is no config");
    return {read_all(file, path, static_cast<std::size_t>(status.st_size)), status.st_uid == 0};
}

std::vector<fs::path> list_fragments(const fs::path& directory, bool strict)
{
    std::error_code error;
    const auto status = fs::status(directory, error);
    if (status.type() == fs::file_type::not_found)
        return {};
    if (error)
        fail(directory, error.message());
    if (status.type() != fs::file_type::directory)
        fail(directory, "it is not a directory");
    if (strict)
        require_root_only(directory);
    std::vector<fs::path> fragments;
    for (auto entry = fs::directory_iterator(directory, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const auto name = entry->path().filename().string();
        if (name.ends_with(".toml") && !name.starts_with('.'))
            fragments.push_back(entry->path());
    }
    if (error)
        fail(directory, error.message());
    std::sort(fragments.begin(), fragments.end());
    return fragments;
}

void require_root_only(const fs::path& path)
{
    constexpr int most_links = 40; // as the kernel
    fs::path done = "/";
    std::vector<fs::path> ahead; // the next component last
    const auto push = [&](const fs::path& more) {
        const std::vector<fs::path> parts(more.begin(), more.end());
        ahead.insert(ahead.end(), parts.rbegin(), parts.rend());
    };
    push(path);
    int links = 0;
    while (!ahead.empty()) {
        const auto part = ahead.back();
        ahead.pop_back();
        if (part.empty() || part == ".")
            continue;
        if (part == "..") {
            done = done.parent_path();
            continue;
        }
        const auto here = part.is_absolute() ? fs::path("/") : done / part;
        struct stat entry {};
        if (::lstat(here.c_str(), &entry) != 0)
            fail(here, describe_errno(errno));
        require_root_only_entry(here, entry);
        if (!S_ISLNK(entry.st_mode)) {
            done = here;
            continue;
        }
        if (++links > most_links)
            fail(path, describe_errno(ELOOP));
        std::error_code error;
        const auto target = fs::read_symlink(here, error);
        if (error)
            fail(here, error.message());
        push(target);
    }
}

} // namespace escher
