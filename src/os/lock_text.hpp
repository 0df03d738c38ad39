#pragma once

#include <escher/time.hpp>

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>

namespace escher::os {

/// Writes a line of a fixed length at `at`, so that nothing behind it moves; false: there is no room for it.
template<std::size_t Size>
bool write_line(int fd, const std::string& text, off_t at)
{
    std::array<char, Size> line{};
    line.fill(' ');
    std::copy_n(text.begin(), std::min(text.size(), Size - 1), line.begin());
    line.back() = '\n';
    return ::pwrite(fd, line.data(), line.size(), at) == static_cast<ssize_t>(line.size());
}

/// The words of a line that write_line() has written; empty: there is none.
template<std::size_t Size>
std::istringstream read_line(int fd, off_t at)
{
    std::array<char, Size> line{};
    const ssize_t size = ::pread(fd, line.data(), line.size(), at);
    return std::istringstream(std::string(line.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
}

/// The line that the holder leaves in the file.
struct HolderLine {
    std::int64_t pid = 0;
    std::int64_t since_ms = 0;
    std::int64_t since_boot_ms = 0;
    std::string boot_id; ///< the kernel's own; empty: the holder did not see it
};

void write_holder_line(int fd);

[[nodiscard]] std::optional<HolderLine> read_holder_line(int fd);

/// How long ago that was; none: it is no time of this kernel's, so somebody else wrote it, or nobody.
[[nodiscard]] std::optional<Duration> age_of(std::int64_t since_boot_ms, const std::string& boot_id);

/// For how long nobody has got the lock, as far as those who did not have noted it; none: nobody has.
[[nodiscard]] std::optional<Duration> read_kept_out(int fd);

/// The same, noting it if this is the first to be kept from it.
Duration note_kept_out(int fd);

} // namespace escher::os
