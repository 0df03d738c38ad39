#include "os/cgroup_file.hpp"

#include "os/next_word.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

namespace escher::os {

namespace {

bool is_removed(int error)
{
    return error == ENOENT || error == ENODEV;
}

} // namespace

Fd open_group(int at, const char* name)
{
    return Fd(::openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

std::optional<std::vector<std::string>> groups_below(int directory)
{
    std::vector<std::string> names;
    Fd again = open_group(directory, ".");
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(again ? ::fdopendir(again.get()) : nullptr, &::closedir);
    if (!stream)
        return is_removed(errno) ? std::optional(names) : std::nullopt;
    static_cast<void>(again.release());
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr)
            return errno == 0 || is_removed(errno) ? std::optional(names) : std::nullopt;
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            names.emplace_back(entry->d_name);
    }
}

int read_group_file(int file, std::string& text)
{
    text.clear();
    char part[4096];
    for (;;) {
        const ssize_t got = ::pread(file, part, sizeof part, static_cast<off_t>(text.size()));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            text.clear();
            return errno;
        }
        if (got == 0)
            return 0;
        text.append(part, static_cast<std::size_t>(got));
    }
}

int read_group_file(int directory, const char* name, std::string& text)
{
    text.clear();
    const Fd file(::openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    return file ? read_group_file(file.get(), text) : errno;
}

int write_group_file(int directory, const char* name, std::string_view value)
{
    const Fd file(::openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file)
        return errno;
    while (::write(file.get(), value.data(), value.size()) < 0)
        if (errno != EINTR)
            return errno;
    return 0;
}

std::optional<std::int64_t> number_of(std::string_view text, std::string_view key)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (next_word(line) != key)
            continue;
        const auto word = next_word(line);
        std::int64_t number = 0;
        const auto result = std::from_chars(word.data(), word.data() + word.size(), number);
        if (result.ec == std::errc{} && result.ptr == word.data() + word.size() && !word.empty())
            return number;
    }
    return std::nullopt;
}

bool has_word(std::string_view text, std::string_view word)
{
    for (auto found = next_word(text); !found.empty(); found = next_word(text))
        if (found == word)
            return true;
    return false;
}

} // namespace escher::os
