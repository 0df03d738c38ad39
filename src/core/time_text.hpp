#pragma once

#include <escher/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace escher {

class Zone;

/// Parses a TIME of the command line: RFC 3339, `YYYY-MM-DD HH:MM[:SS]` and `HH:MM` in `zone` (the next one that lies
/// ahead of `now`), `now`, `+DURATION`. A local time in a gap is the instant of the transition; a repeated one the
/// first. None: not a time, or before 1970 or after 9999.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text, Time now, const Zone& zone);

/// RFC 3339 with the offset of `zone` in whole minutes, "Z" for UTC; milliseconds only where they are not zero. Like
/// format_local it writes times outside the years 0 to 9999, which only a damaged row holds, as the nearest that lies in.
[[nodiscard]] std::string format_rfc3339(Time time, const Zone& zone);

/// "YYYY-MM-DD HH:MM:SS" in `zone`.
[[nodiscard]] std::string format_local(Time time, const Zone& zone);

} // namespace escher
