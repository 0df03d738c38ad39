#pragma once

namespace escher {

class Zone;

/// How something is rendered, and for whom.
struct Look {
    bool terminal = false; ///< for people: aligned, relative times; else for programs: tab-separated, RFC 3339
    bool color = false;
    int width = 80; ///< columns that a line may have on a terminal
    const Zone* zone = nullptr; ///< that times are written in; null only for what shows none
};

} // namespace escher
