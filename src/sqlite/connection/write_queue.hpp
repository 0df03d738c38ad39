#pragma once

#include <escher/time.hpp>

#include <filesystem>
#include <utility>

namespace escher::sqlite {

/// Where writers that know of it wait for each other before they ask SQLite for its write lock: in the order in which
/// they come, asleep in the kernel until it is their turn. SQLite's own lock can only be polled for, by everybody at
/// once, and the one that has waited longest is not served first.
///
/// A courtesy and nothing else: other clients do not queue, and whatever goes wrong here, or takes too long, one goes
/// on without a turn.
class WriteQueue {
public:
    /// `file` stands for the queue: a lock on it is the turn. It is neither made nor written, and it must be none that
    /// SQLite locks, for closing it here would drop SQLite's locks.
    explicit WriteQueue(std::filesystem::path file) : file_(std::move(file)) {}
    WriteQueue(const WriteQueue&) = delete;
    WriteQueue& operator=(const WriteQueue&) = delete;
    ~WriteQueue();

    /// Waits for the turn, at most for `patience`. False: there is none to be had. Once it has waited in vain it does
    /// not wait again until it gets a turn at once, so that a stuck holder delays a connection one time only.
    bool enter(Duration patience) noexcept;

    /// Ends the turn, if it has come.
    void leave() noexcept;

private:
    bool open() noexcept;

    std::filesystem::path file_;
    int fd_ = -1; ///< kept: opened at the first turn
    bool has_turn_ = false;
    bool moves_ = true; ///< the last wait was not in vain
};

/// A turn, for as long as it is in scope.
class WriteTurn {
public:
    WriteTurn(WriteQueue* queue, Duration patience) noexcept : queue_(queue)
    {
        if (queue_ != nullptr)
            queue_->enter(patience);
    }
    WriteTurn(const WriteTurn&) = delete;
    WriteTurn& operator=(const WriteTurn&) = delete;
    ~WriteTurn() { end(); }

    void end() noexcept
    {
        if (queue_ != nullptr)
            queue_->leave();
    }

private:
    WriteQueue* queue_; ///< none: nobody else writes here
};

} // namespace escher::sqlite
