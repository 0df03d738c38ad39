#pragma once

#include "core/history_marks.hpp"
#include "os/fd.hpp"

#include <sys/types.h>

#include <filesystem>

namespace escher::os {

/// What this host has seen of the databases whose ticks lock a file: a part of that very file, so that it costs a tick
/// next to nothing, and a database that is restored, or moved elsewhere, leaves it behind. Only the holder of the lock
/// writes it. Nothing of it is flushed: a line that is lost with the power was written within the last seconds.
class SeenRegister {
public:
    static constexpr off_t begin = 1024; ///< of the first line
    static constexpr std::size_t line_size = 512;
    static constexpr std::size_t lines = 6; ///< with one more database than that, the line that is oldest goes
    static constexpr off_t hold_line_at = 320;
    static constexpr std::size_t hold_line_size = 128;

    /// `file`: the lock file, open for reading at least. `path`: for messages.
    SeenRegister(Fd file, std::filesystem::path path);

    /// Opens the file at `path` for reading. None: it is not there, or not for us to read. Throws Error.
    [[nodiscard]] static std::optional<SeenRegister> at(const std::filesystem::path& path);

    /// True if the file may be there, but is not for us to read.
    [[nodiscard]] static bool is_hidden(const std::filesystem::path& path) noexcept;

    struct Answer {
        std::optional<Seen> seen;
        bool damaged = false; ///< nothing of that database can be read, but something that cannot be read is there
    };
    /// Throws Error.
    [[nodiscard]] Answer look_up(const std::string& instance) const;

    /// Replaces the line of that database. Throws Error.
    void write(const Seen& seen) const;

    /// Clears the lines that cannot be read: a person has decided. Throws Error.
    void clear_damaged() const;

    /// Since when the ticks of a database hold still, and when that was last said.
    struct Hold {
        std::string key; ///< of the database, and of what it was when it was first held
        Time since{};
        Time said{};
    };
    [[nodiscard]] std::optional<Hold> hold() const; ///< none: nothing that can be read
    void write_hold(const Hold& hold) const noexcept; ///< on a full disk it is said more often

    /// Of the open file. Throws Error.
    [[nodiscard]] FileMark file() const;

private:
    Fd file_;
    std::filesystem::path path_;
    mutable std::optional<std::pair<std::string, std::size_t>>
        last_; ///< the database that was written last, and its line
};

} // namespace escher::os
