#pragma once

#include "core/history_marks.hpp"

#include <escher/store.hpp>

#include <functional>

namespace escher {

/// What a host and a database know of each other at one moment.
struct HistoryFacts {
    StoreIdentity store;
    std::optional<Seen> seen; ///< what this host has seen of that database; none: nothing
    bool seen_is_damaged = false; ///< something stands there that cannot be read, and may be of this database
    Home here; ///< where the database is now; the hardware is asked for
    FileMark lock; ///< of the lock file
    bool bound_lock_has_moved = false; ///< it was where earlier versions had it, and is not there any more
    std::string lock_path;
    bool bound_lock_exists = false; ///< a file other than the lock file is where StoreIdentity::lock says
    std::function<std::string()> hardware; ///< MachineMark::hardware of this machine: asked for only where it decides
};

/// What follows from them.
struct HistoryVerdict {
    enum class Kind {
        known, ///< nothing has changed
        adopt, ///< nothing that could run a job twice: the new facts are written down, and work goes on
        rolled_back, ///< hold: the database is older than what has run from it
        copied, ///< hold: the database was at home elsewhere, and may still be
        untold, ///< hold: what this host has seen cannot be read
        other_lock, ///< no tick may start: another lock file is that of this database
    };
    Kind kind = Kind::known;
    std::string why; ///< of a hold, and of another lock
    std::string warning; ///< of an adoption that a person should know of; empty: of none

    [[nodiscard]] bool holds() const
    {
        return kind == Kind::rolled_back || kind == Kind::copied || kind == Kind::untold;
    }
};

[[nodiscard]] HistoryVerdict judge_history(const HistoryFacts& facts);

/// True if the words of both name a machine, and the same one; none: they do not tell.
[[nodiscard]] std::optional<bool> same_hardware(const std::string& one, const std::string& other);

} // namespace escher
