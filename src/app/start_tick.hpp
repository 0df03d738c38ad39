#pragma once

#include "config/config.hpp"

#include <string>

namespace escher {

/// Sees to it that a job just created is taken up at once (automatic mode, `add --start`). Does nothing while a tick
/// holds or awaits the lock: it will see the job. The tick's own user starts a detached tick; anybody else touches the
/// wake file. Never throws: the job is created whatever happens here, so a failure is returned as a warning; empty: all
/// is well. `program`: this one's path.
[[nodiscard]] std::string start_tick(const Config& config, const std::string& program);

/// How a tick can be got to run by whoever asks.
enum class TickStart {
    detached, ///< we are the tick's user
    wake_file, ///< somebody else is
};

/// The tick's user is the owner of the lock file, or of the database's directory where there is no lock file yet.
[[nodiscard]] TickStart how_to_start(const Config& config);

} // namespace escher
