#pragma once

#include <escher/run.hpp>
#include <escher/store.hpp>

#include <functional>
#include <optional>
#include <string>

namespace escher {

/// What happened in a tick, for whoever watches it. Called from the loop: must not throw nor block.
struct TickEvents {
    std::function<void(const Claim&)> started;
    std::function<void(const Claim&, const RunFinished&)> ended;
    std::function<void(const std::string&)> warning; ///< a person should know
    std::function<void()> woke; ///< at each turn of the loop, at least once a second
};

struct TickReport {
    TickRecord record;
    std::optional<int> stopped_by; ///< a signal
    bool held = false; ///< nothing more may be started from this store: record.error says why
};

} // namespace escher
