#include "os/run_tag.hpp"

#include "core/stable_hash.hpp"
#include "os/errno_text.hpp"
#include "os/fd.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>

namespace escher::os {

namespace {

constexpr rlim_t tag_bit = rlim_t{1} << 62;
constexpr int run_bits = 40;
constexpr rlim_t run_mask = (rlim_t{1} << run_bits) - 1;
constexpr rlim_t instance_mask = (rlim_t{1} << 22) - 1;
constexpr rlim_t largest_tag = tag_bit | (instance_mask << run_bits) | run_mask;

rlim_t instance_part(const std::string& instance)
{
    return tag_bit | ((stable_hash({instance}) & instance_mask) << run_bits);
}

rlimit own_limit()
{
    rlimit own = {};
    if (::getrlimit(RLIMIT_RTTIME, &own) != 0)
        throw Error(ErrorKind::internal, "cannot read the limit of real-time processor time: " + errno_text(errno));
    return own;
}

[[noreturn]] void fail(pid_t pid, int error)
{
    throw Error(ErrorKind::io, "cannot read the limits of process " + std::to_string(pid) + ": " + errno_text(error) +
                                   remedy(error));
}

bool limit_is_refused(int error)
{
    return error == EPERM || error == EACCES;
}

/// The soft limit as /proc shows it to everybody; none: the process is gone or ending, or /proc hides it.
std::optional<rlim_t> shown_limit(pid_t pid)
{
    const Fd file(::open(("/proc/" + std::to_string(pid) + "/limits").c_str(), O_RDONLY | O_CLOEXEC));
    char text[4096];
    const ssize_t size = file ? ::read(file.get(), text, sizeof text) : -1;
    if (size < 0 && errno != ENOENT && errno != ESRCH && !limit_is_refused(errno))
        fail(pid, errno);
    if (size <= 0)
        return std::nullopt;
    constexpr std::string_view name = "Max realtime timeout";
    std::string_view rest(text, static_cast<std::size_t>(size));
    rest.remove_prefix(std::min(rest.find(name), rest.size()));
    rest.remove_prefix(std::min(name.size(), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    rlim_t limit = RLIM_INFINITY; // "unlimited"
    std::from_chars(rest.data(), rest.data() + rest.size(), limit);
    return limit;
}

std::optional<rlim_t> soft_limit(pid_t pid)
{
    rlimit limit = {};
    if (::prlimit(pid, RLIMIT_RTTIME, nullptr, &limit) == 0)
        return limit.rlim_cur;
    if (errno == ESRCH)
        return std::nullopt;
    if (!limit_is_refused(errno)) // another user's
        fail(pid, errno);
    return shown_limit(pid);
}

} // namespace

std::optional<rlimit> run_tag(RunId run, const std::string& instance)
{
    const rlim_t hard = own_limit().rlim_max;
    const auto number = static_cast<rlim_t>(run);
    if (hard < largest_tag || number > run_mask)
        return std::nullopt;
    return rlimit{.rlim_cur = instance_part(instance) | number, .rlim_max = hard};
}

bool tags_are_possible()
{
    return own_limit().rlim_max >= largest_tag;
}

RunTag read_run_tag(pid_t pid, const std::string& instance)
{
    const auto limit = soft_limit(pid);
    if (!limit)
        return {};
    if ((*limit & ~run_mask) != instance_part(instance))
        return {.sight = RunTag::Sight::untagged};
    return {.sight = RunTag::Sight::tagged, .run = RunId(static_cast<std::int64_t>(*limit & run_mask))};
}

void drop_run_tag() noexcept
{
    rlimit limit = {};
    if (::getrlimit(RLIMIT_RTTIME, &limit) == 0 && limit.rlim_cur >= tag_bit) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_RTTIME, &limit);
    }
}

} // namespace escher::os
