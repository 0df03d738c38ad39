#pragma once

#include "tick/tick_events.hpp"

#include <string>
#include <vector>

namespace escher {

/// One job that a tick has run to its end.
struct EndedJob {
    Claim claim;
    RunFinished end;
};

/// The object of `--once --json`: the tick's counts and the jobs that ended in it.
[[nodiscard]] std::string once_json(const TickReport& report, const std::vector<EndedJob>& ended);

} // namespace escher
