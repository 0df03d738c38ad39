#pragma once

#include <escher/store.hpp>

namespace escher {

/// Cron starts a tick each minute: two missing ones may be a reboot or a slow machine; after more than this it has stopped,
/// or the line is not there.
inline constexpr Duration cron_patience = std::chrono::minutes(3);

/// Since the last tick gave a sign of life; none: there was none yet.
[[nodiscard]] std::optional<Duration> silence_since(const std::optional<TickRecord>& last_tick, Time now);

/// True if no tick lives, and none has for longer than cron's patience.
[[nodiscard]] bool cron_seems_stopped(const std::optional<TickRecord>& last_tick, bool tick_lives, Time now);

/// "no tick for 12 m", or that there was none yet.
[[nodiscard]] std::string describe_silence(const std::optional<TickRecord>& last_tick, Time now);

/// For who waits for a tick: that cron seems stopped. None: it does not.
[[nodiscard]] std::optional<std::string> cron_trouble(const std::optional<TickRecord>& last_tick, bool tick_lives,
                                                      Time now);

} // namespace escher
