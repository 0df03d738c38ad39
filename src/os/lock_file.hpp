#pragma once

#include "os/execution_record.hpp"
#include "os/fd.hpp"
#include "os/seen_register.hpp"

#include <escher/run.hpp>
#include <escher/time.hpp>

#include <filesystem>
#include <optional>

namespace escher::os {

/// What is known of the tick that holds the lock.
struct LockHolder {
    std::int64_t pid = 0; ///< 0: not told
    Time since{}; ///< when it took the lock
};

/// The lock file of the tick: kernel locks (F_OFD_SETLK) on bytes of one file that is never deleted.
/// Byte 0: the tick that claims. Byte 1: the one that waits to be next. Byte 2: who gives the file its epoch. The byte at
/// `mark()`: held as long as the process lives, or a child of it that has not become its program yet, so that others can
/// ask the kernel whether it does. The holder writes its pid, the time and the kernel's
/// boot id (where it sees that) into the file's text, for people and for LockHolder. Behind the text stand the SeenRegister
/// and the ExecutionRecord.
class LockFile {
public:
    /// Opens or creates the file, 0600 if it is this user's, and takes a mark of its own. Throws Error: a symlink, a hard
    /// link, a FIFO, a directory, a network file system, no permission.
    explicit LockFile(std::filesystem::path path);

    /// True if this process may claim now. Does not wait. Throws Error if it has been replaced or cannot be locked.
    [[nodiscard]] bool try_take();

    enum class Wait {
        taken,
        other_waits, ///< another tick is next already
        holder_healthy, ///< not let go in time, but it changed hands less than three minutes ago
        holder_stuck, ///< not let go in time, and held, or not to be had, for three minutes or more
    };

    /// Announces itself as the next and waits for the lock, at most `at_most`.
    [[nodiscard]] Wait take_over(Duration at_most);

    /// For how long nobody has got the lock, from the first that was kept from it on; zero: that is not noted.
    [[nodiscard]] Duration kept_out() const;

    /// True if any other process, a tick or a job that has not become its program yet, has a lock of any kind on the file.
    /// Throws Error where the system does not say.
    [[nodiscard]] bool others_use_it() const;

    /// False once a newer tick has announced itself (the lock is let go then), or the path names another inode.
    /// One system call or two. Throws Error where neither can be told: the lock is kept.
    [[nodiscard]] bool still_ours();

    void release();
    [[nodiscard]] bool held() const { return held_; }
    [[nodiscard]] std::int64_t mark() const { return mark_; }

    /// True if a live process holds the byte `mark`; asks the kernel. False for our own mark. True too
    /// where the kernel does not say: a run is dead only if that is certain.
    [[nodiscard]] bool mark_lives(std::int64_t mark) const;

    /// The same for the file at `path`, without being a tick. Creates nothing. True too where this user may not look.
    [[nodiscard]] static bool mark_lives(const std::filesystem::path& path, std::int64_t mark);

    /// The tick that holds or waits for the lock at `path`, if one does. Creates nothing; takes nothing. None
    /// too where this user may not look. Throws Error where the system does not say.
    [[nodiscard]] static std::optional<LockHolder> holder(const std::filesystem::path& path);

    /// The record of what was executed that is kept in this file.
    [[nodiscard]] ExecutionRecord executions() const { return {copy_of_file(), epoch_}; }

    /// What this host has seen of databases, which is kept in this file too.
    [[nodiscard]] SeenRegister seen() const { return {copy_of_file(), path_}; }

    /// The file that the runner with this mark had open, as ExecutionRecord knows it; 0: it had none that can be told.
    [[nodiscard]] static std::int64_t epoch_of(std::int64_t mark);

    /// The epoch of the file at `path`; 0: it has none, or cannot be read.
    [[nodiscard]] static std::int64_t epoch_at(const std::filesystem::path& path);

private:
    [[nodiscard]] Fd copy_of_file() const;

    std::filesystem::path path_;
    Fd fd_;
    std::int64_t epoch_ = 0; ///< a random number that was written into the file when it was made; 0: it could not be
    std::int64_t mark_ = 0; ///< holds the epoch, so that a run's row tells in which file it was noted
    bool held_ = false;
    bool older_waiter_ =
        false; ///< byte 1 was taken already when we took byte 0: whoever has it did not come after us
};

} // namespace escher::os
