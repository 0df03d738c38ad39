#pragma once

#include <escher/time.hpp>

#include <functional>

namespace escher {

/// How long to wait for a tick to let go of the lock, which takes a healthy one a second.
inline constexpr Duration lock_patience = std::chrono::seconds(10);

/// What the loop needs of the tick lock; os/lock_file.hpp has the real one.
struct TickLock {
    /// Cheap. False once a newer tick has announced itself; the lock is let go then and not ours again. Throws Error where
    /// that cannot be told; the lock is kept.
    std::function<bool()> still_ours;

    /// Lets the lock go.
    std::function<void()> release;

    /// Takes it once more without waiting. False: another tick has it (and will see what there is to do). Throws Error.
    std::function<bool()> retake;
};

} // namespace escher
