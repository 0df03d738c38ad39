#pragma once

#include "cli/command.hpp"

#include <escher/time.hpp>

#include <cstdint>

namespace escher {
class Zone;
}

namespace escher::cli {

// Values of options; none: the option was not given. Each throws Error{usage} that names the option, what is wrong and
// what to write. `label` is what the text was given for, like "--at"; `name` an option's name without dashes.

[[nodiscard]] std::int64_t read_number(const std::string& label, const std::string& text, std::int64_t least,
                                       std::int64_t most);
[[nodiscard]] Duration read_duration(const std::string& label, const std::string& text);
[[nodiscard]] Time read_time(const std::string& label, const std::string& text, Time now, const Zone& zone);

[[nodiscard]] std::optional<std::int64_t> number_option(const Arguments& arguments, const std::string& name,
                                                        std::int64_t least, std::int64_t most);
[[nodiscard]] std::optional<Duration> duration_option(const Arguments& arguments, const std::string& name);
[[nodiscard]] std::optional<Time> time_option(const Arguments& arguments, const std::string& name, Time now,
                                              const Zone& zone);

} // namespace escher::cli
