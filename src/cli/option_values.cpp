#include "cli/option_values.hpp"

#include "app/read_value.hpp"

namespace escher::cli {

std::optional<std::int64_t> number_option(const Arguments& arguments, const std::string& name, std::int64_t least,
                                          std::int64_t most)
{
    const auto text = arguments.value(name);
    return text ? std::optional(read_number("--" + name, *text, least, most)) : std::nullopt;
}

std::optional<Duration> duration_option(const Arguments& arguments, const std::string& name)
{
    const auto text = arguments.value(name);
    return text ? std::optional(read_duration("--" + name, *text)) : std::nullopt;
}

std::optional<Time> time_option(const Arguments& arguments, const std::string& name, Time now, const Zone& zone)
{
    const auto text = arguments.value(name);
    return text ? std::optional(read_time("--" + name, *text, now, zone)) : std::nullopt;
}

} // namespace escher::cli
