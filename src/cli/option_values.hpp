#pragma once

#include "cli/command.hpp"

#include <escher/time.hpp>

#include <cstdint>

namespace escher {
class Zone;
}

namespace escher::cli {

// Values of options; none: the option was not given. Each throws Error{usage} that names the option, what is wrong and
// what to write. `name` is an option's name without dashes.

[[nodiscard]] std::optional<std::int64_t> number_option(const Arguments& arguments, const std::string& name,
                                                        std::int64_t least, std::int64_t most);
[[nodiscard]] std::optional<Duration> duration_option(const Arguments& arguments, const std::string& name);
[[nodiscard]] std::optional<Time> time_option(const Arguments& arguments, const std::string& name, Time now,
                                              const Zone& zone);

} // namespace escher::cli
