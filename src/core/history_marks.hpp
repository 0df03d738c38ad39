#pragma once

#include <escher/run.hpp>
#include <escher/time.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace escher {

/// One file, as its file system knows it.
struct FileMark {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t born = 0; ///< nanoseconds since 1970; 0: the file system does not say

    bool operator==(const FileMark&) const = default;
};

/// One machine, as far as it can be told.
struct MachineMark {
    std::string boot; ///< the boot id; empty: not known
    std::string
        hardware; ///< words with commas between them, see os/machine_mark.hpp; empty: nothing that is its alone

    bool operator==(const MachineMark&) const = default;
};

/// Where a database is at home: kept inside it, and so copied with it.
struct Home {
    std::string path;
    FileMark file;
    MachineMark machine;

    bool operator==(const Home&) const = default;
};

/// What a host has seen of a database: kept outside of it, in the lock file, and so not restored with it.
struct Seen {
    std::string instance;
    std::string generation;
    RunId run{}; ///< the highest that was ever started from here
    JobId job{}; ///< the highest known when that run was
    FileMark lock; ///< of the file that holds this
    MachineMark machine;
    Time at{}; ///< when it was written

    bool operator==(const Seen&) const = default;
};

/// One line without an end; what holds a blank is refused, except in the path. The text of what parse_home() has read is the
/// same text again.
[[nodiscard]] std::string to_text(const Home& home);
[[nodiscard]] std::string to_text(const Seen& seen);

/// None: not such a text.
[[nodiscard]] std::optional<Home> parse_home(const std::string& text);
[[nodiscard]] std::optional<Seen> parse_seen(const std::string& text);

} // namespace escher
