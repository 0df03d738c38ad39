#pragma once

#include "os/fd.hpp"

#include <escher/time.hpp>

#include <filesystem>

namespace escher {

/// Changes are told by inotify; whoever follows looks this often all the same, for what it misses and for the clock of a
/// display.
inline constexpr Duration look_interval = std::chrono::seconds(1);

/// Wakes whoever follows files when they are written: inotify(7), and nothing but the clock where that is not to be had.
class FileWatch {
public:
    FileWatch();

    /// A file, or a directory for every file right inside it. False: it cannot be watched (it does not exist).
    bool add(const std::filesystem::path& path);

    /// Blocks until something was written or `at_most` has passed.
    void wait(Duration at_most);

private:
    os::Fd inotify_;
};

} // namespace escher
