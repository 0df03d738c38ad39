#include "os/run_cgroup.hpp"

#include "os/cgroup_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <utility>

namespace escher::os {

namespace {

constexpr const char* events_file = "cgroup.events";

GroupState state_from(int error, const std::string& events)
{
    if (error == ENODEV)
        return GroupState::absent;
    const auto populated = error == 0 ? number_of(events, "populated") : std::nullopt;
    if (populated != 0 && populated != 1)
        return GroupState::unknown;
    return *populated == 1 ? GroupState::populated : GroupState::empty;
}

} // namespace

GroupState state_of_group(int directory)
{
    std::string events;
    const int error = read_group_file(directory, events_file, events);
    if (error != ENOENT)
        return state_from(error, events);
    // Nothing can be opened in a group that was removed while its directory is open; its link count stays.
    return ::faccessat(directory, "cgroup.procs", F_OK, 0) != 0 && errno == ENOENT ? GroupState::absent
                                                                                   : GroupState::unknown;
}

bool kill_group(int directory)
{
    const int error = write_group_file(directory, "cgroup.kill", "1");
    return error == 0 || error == ENODEV || (error == ENOENT && state_of_group(directory) == GroupState::absent);
}

bool remove_group(const std::filesystem::path& path)
{
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT)
        return true;
    if (errno != EBUSY && errno != ENOTEMPTY)
        return false;
    if (const Fd group = open_group(AT_FDCWD, path.c_str())) {
        const auto names = groups_below(group.get());
        if (!names)
            return false;
        for (const auto& name : *names)
            if (!remove_group(path / name))
                return false;
    }
    return ::rmdir(path.c_str()) == 0 || errno == ENOENT;
}

RunCgroup& RunCgroup::operator=(RunCgroup&& other) noexcept
{
    std::swap(path_, other.path_);
    std::swap(directory_, other.directory_);
    std::swap(events_, other.events_);
    return *this;
}

RunCgroup::~RunCgroup()
{
    if (!directory_)
        return; // moved from
    try {
        remove_group(path_);
    } catch (const std::exception&) {
        // Out of memory: a later tick removes what is empty.
    }
}

GroupState RunCgroup::state() const
{
    if (!events_)
        return state_of_group(directory_.get());
    std::string events;
    return state_from(read_group_file(events_.get(), events), events);
}

int RunCgroup::events_fd()
{
    if (!events_)
        events_.reset(::openat(directory_.get(), events_file, O_RDONLY | O_CLOEXEC));
    return events_.get();
}

std::optional<std::int64_t> RunCgroup::oom_kills() const
{
    std::string events;
    if (read_group_file(directory_.get(), "memory.events", events) != 0)
        return std::nullopt;
    return number_of(events, "oom_kill");
}

GroupUsage RunCgroup::usage() const
{
    GroupUsage usage;
    std::string text;
    const auto span = [&text](const char* key) -> std::optional<Duration> {
        const auto microseconds = number_of(text, key);
        if (!microseconds)
            return std::nullopt;
        return std::chrono::duration_cast<Duration>(std::chrono::microseconds(*microseconds));
    };
    if (read_group_file(directory_.get(), "cpu.stat", text) == 0) {
        usage.cpu_user = span("user_usec");
        usage.cpu_system = span("system_usec");
    }
    if (read_group_file(directory_.get(), "memory.peak", text) == 0) {
        std::int64_t bytes = 0;
        const auto result = std::from_chars(text.data(), text.data() + text.size(), bytes);
        if (result.ec == std::errc{})
            usage.peak_memory_bytes = bytes;
    }
    return usage;
}

} // namespace escher::os
