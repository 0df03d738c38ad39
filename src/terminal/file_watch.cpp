#include "terminal/file_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <limits>

namespace escher {

namespace {

/// Without inotify this is how often one looks.
constexpr Duration blind_interval = std::chrono::milliseconds(200);

} // namespace

FileWatch::FileWatch() : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

bool FileWatch::add(const std::filesystem::path& path)
{
    return inotify_ && ::inotify_add_watch(inotify_.get(), path.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0;
}

void FileWatch::wait(Duration at_most)
{
    const Duration limit = inotify_ ? at_most : std::min(at_most, blind_interval);
    const auto milliseconds =
        static_cast<int>(std::clamp<Duration::rep>(limit.count(), 0, std::numeric_limits<int>::max()));
    pollfd ready{.fd = inotify_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, inotify_ ? 1 : 0, milliseconds) <= 0 || !inotify_)
        return;
    // What happened does not matter, only that something did.
    alignas(inotify_event) std::array<char, 4096> events{};
    while (::read(inotify_.get(), events.data(), events.size()) > 0) {
    }
}

} // namespace escher
