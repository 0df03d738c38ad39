#pragma once

#include <escher/schedule.hpp>

#include <cstdint>
#include <string>

namespace escher {

class Zone;

// Values that a person wrote. Each throws Error{usage} that names the value, what is wrong and what to write.
// `label` is what the text was given for, like "--at".

[[nodiscard]] std::int64_t read_number(const std::string& label, const std::string& text, std::int64_t least,
                                       std::int64_t most);

[[nodiscard]] Duration read_duration(const std::string& label, const std::string& text);

[[nodiscard]] Time read_time(const std::string& label, const std::string& text, Time now, const Zone& zone);

/// A cron expression, `~` in it for this host, or "every 15m".
[[nodiscard]] Recurrence read_recurrence(const std::string& text);

} // namespace escher
