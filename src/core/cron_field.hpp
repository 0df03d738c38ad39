#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace escher {

/// What one of the five fields of a cron expression may hold.
struct CronField {
    std::string_view name;
    int low = 0;
    int high = 0; ///< 7 is Sunday, as 0
    int random_high = 0; ///< the highest that `~` chooses by itself
    std::string_view write; ///< the values in words, for messages
};

/// In the order in which they are written. `~` alone chooses a day that every month has, and Sunday no more often than
/// another day.
inline constexpr std::array<CronField, 5> cron_fields{{
    {"minute", 0, 59, 59, "0 to 59"},
    {"hour", 0, 23, 23, "0 to 23"},
    {"day of month", 1, 31, 28, "1 to 31"},
    {"month", 1, 12, 12, "1 to 12, or jan to dec"},
    {"day of week", 0, 7, 6, "0 to 7 (both are Sunday), or sun to sat"},
}};

inline constexpr std::size_t minute_field = 0;
inline constexpr std::size_t hour_field = 1;
inline constexpr std::size_t day_field = 2;
inline constexpr std::size_t month_field = 3;
inline constexpr std::size_t weekday_field = 4;

inline constexpr std::array<std::string_view, 12> month_names{"January",   "February", "March",    "April",
                                                              "May",       "June",     "July",     "August",
                                                              "September", "October",  "November", "December"};

inline constexpr std::array<std::string_view, 7> weekday_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                               "Thursday", "Friday", "Saturday"};

} // namespace escher
