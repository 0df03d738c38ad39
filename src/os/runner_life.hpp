#pragma once

#include <escher/run.hpp>

#include <functional>

namespace escher::os {

/// What can be told of the tick that started a run.
enum class RunnerLife {
    lives,
    gone,
    unknown, ///< its row tells too little, or this process does not see the kernel's boot id
};

/// Judges by the runner's mark (`mark_lives`: LockFile's, may be empty) and else by its pid and start:
/// - A mark that is held is held under this very kernel, whatever boot the row tells of, and in whichever pid namespace: the
///   runner lives.
/// - Of another kernel than this one nothing is left.
/// - A process of that pid with that start is the runner, unless it is known to be of another kernel; that there is none
///   proves something only where it is known to be of this one.
/// Throws Error where the system fails to answer.
[[nodiscard]] RunnerLife life_of(const RunnerIdentity& runner,
                                 const std::function<bool(std::int64_t mark)>& mark_lives);

} // namespace escher::os
