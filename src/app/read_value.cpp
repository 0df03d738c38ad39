#include "app/read_value.hpp"

#include "core/cron.hpp"
#include "core/duration.hpp"
#include "core/time_text.hpp"
#include "os/host.hpp"

#include <escher/error.hpp>

#include <charconv>
#include <stdexcept>

namespace escher {

namespace {

[[noreturn]] void refuse(const std::string& label, const std::string& text, const std::string& remedy)
{
    throw Error(ErrorKind::usage, label + ": '" + text + "' is " + remedy);
}

} // namespace

std::int64_t read_number(const std::string& label, const std::string& text, std::int64_t least, std::int64_t most)
{
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const std::string range = "from " + std::to_string(least) + " to " + std::to_string(most);
    if (error == std::errc::invalid_argument || stop != end)
        refuse(label, text, "not a whole number: write one " + range);
    if (error != std::errc() || number < least || number > most)
        refuse(label, text, "out of range: write a whole number " + range);
    return number;
}

Duration read_duration(const std::string& label, const std::string& text)
{
    const auto duration = parse_duration(text);
    if (!duration)
        refuse(label, text, "not a duration: write 90s, 15m, 2h, 1d or a sum like 1h30m");
    return *duration;
}

Time read_time(const std::string& label, const std::string& text, Time now, const Zone& zone)
{
    const auto time = parse_time(text, now, zone);
    if (!time)
        refuse(label, text, "not a time: write 2030-01-31T08:00:00Z, '2030-01-31 08:00', 08:00, now or +2h");
    return *time;
}

Recurrence read_recurrence(const std::string& text)
{
    if (text.starts_with("every ")) {
        const auto period = parse_duration(text.substr(6));
        if (!period || *period < std::chrono::minutes(1))
            throw Error(ErrorKind::usage, "'" + text + "': write a duration of a minute or more, like 'every 15m'");
        return Every{*period};
    }
    try {
        return parse_cron(text, os::host_name());
    } catch (const std::invalid_argument& error) {
        throw Error(ErrorKind::usage, error.what()); // which quotes the expression
    }
}

} // namespace escher
