#include "os/lock_text.hpp"

#include "os/host.hpp"

#include <unistd.h>

#include <ctime>

namespace escher::os {

namespace {

constexpr std::size_t holder_line_size = 256;
// Since when nobody has got the lock, at the end of the holder's line, which whoever gets it writes over.
constexpr off_t kept_out_at = 160;
constexpr std::size_t holder_text_size = 160;
constexpr std::size_t kept_out_size = 96;

/// Milliseconds since boot, suspended ones included: a clock that is set does not make a holder look old or young.
std::int64_t since_boot()
{
    timespec now = {};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

} // namespace

void write_holder_line(int fd)
{
    std::ostringstream line;
    line << "pid " << ::getpid() << " since " << wall_clock().time_since_epoch().count() << " uptime "
         << since_boot();
    if (const auto boot = kernel_boot_id(); !boot.empty())
        line << " boot " << boot;
    // On a full disk the lock works without it.
    static_cast<void>(write_line<holder_line_size>(fd, line.str(), 0));
}

std::optional<HolderLine> read_holder_line(int fd)
{
    auto in = read_line<holder_text_size>(fd, 0);
    HolderLine line;
    std::string word;
    if (!(in >> word >> line.pid >> word >> line.since_ms >> word >> line.since_boot_ms))
        return std::nullopt;
    in >> word >> line.boot_id;
    return line;
}

std::optional<Duration> age_of(std::int64_t since_boot_ms, const std::string& boot_id)
{
    const Duration age(since_boot() - since_boot_ms);
    if (age < Duration::zero() || kernel_of(boot_id) == Kernel::another)
        return std::nullopt;
    return age;
}

std::optional<Duration> read_kept_out(int fd)
{
    auto in = read_line<kept_out_size>(fd, kept_out_at);
    std::string word;
    std::int64_t since = 0;
    std::string boot_id;
    if (!(in >> word >> since) || word != "kept")
        return std::nullopt;
    in >> word >> boot_id;
    return age_of(since, boot_id);
}

Duration note_kept_out(int fd)
{
    if (const auto age = read_kept_out(fd))
        return *age;
    std::ostringstream line;
    line << "kept " << since_boot();
    if (const auto boot = kernel_boot_id(); !boot.empty())
        line << " boot " << boot;
    // On a full disk the holder's own line has to do.
    static_cast<void>(write_line<kept_out_size>(fd, line.str(), kept_out_at));
    return Duration::zero();
}

} // namespace escher::os
