#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace escher {

/// A rule in the syntax of the TZ variable, POSIX.1-2017 section 8.3 with the extensions of RFC 8536 section 3.3.1:
/// what a time zone does each year, for ever.
struct PosixRule {
    /// A day of the year and a time of it; the time may lie a week before or after that day.
    struct Date {
        enum Form {
            without_leap_day, ///< Jn: day 1 to 365, 29 February is not counted
            with_leap_day, ///< n: day 0 to 365
            weekday_of_month, ///< Mm.w.d
        } form = weekday_of_month;
        int day = 0; ///< of the year; for Mm.w.d the weekday, 0 is Sunday
        int month = 0;
        int week = 0; ///< 5 is the last one
        std::chrono::seconds time{};
    };
    struct Name {
        std::string abbreviation;
        std::chrono::seconds offset{}; ///< east of UTC
    };
    struct Daylight {
        Name name;
        Date start; ///< in standard time
        Date end; ///< in daylight time
    };

    Name standard;
    std::optional<Daylight> daylight;
};

/// A change of the clocks by a rule.
struct RuleChange {
    std::chrono::sys_seconds at{};
    bool daylight = false; ///< what begins
};

/// Throws std::invalid_argument with what is wrong.
[[nodiscard]] PosixRule parse_posix_rule(std::string_view text);

/// The changes of the years `first` to `last`, ascending. Two at one instant (daylight time all year) are one.
[[nodiscard]] std::vector<RuleChange> changes_of(const PosixRule& rule, int first, int last);

} // namespace escher
