#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace escher {

/// One of the words that a cron expression consists of.
struct CronWord {
    std::string_view text; ///< never empty
    std::size_t at = 0; ///< where it begins in the expression, from 0
};

/// Reads field `index` (0 to 4) of `expression`: bit n for each value n; in the weekday field 0 and 7 stay apart.
/// `seed` fixes what `~` chooses. Throws std::invalid_argument as parse_cron does.
[[nodiscard]] std::uint64_t read_cron_field(std::string_view expression, CronWord word, std::size_t index,
                                            std::string_view seed);

/// As a message quotes a part of an expression.
[[nodiscard]] std::string quoted(std::string_view text);

/// Throws the std::invalid_argument of a faulty cron expression.
[[noreturn]] void refuse_cron(std::string_view expression, const std::string& why);

} // namespace escher
