#include "os/host.hpp"

#include "os/errno_text.hpp"
#include "os/fd.hpp"
#include "os/process_table.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace escher::os {

Time wall_clock()
{
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

namespace {

std::string read_boot_id()
{
    static constexpr const char* path = "/proc/sys/kernel/random/boot_id";
    const Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
    char text[64] = {};
    const ssize_t size = fd ? ::read(fd.get(), text, sizeof text - 1) : -1;
    // Without it in a row, recovery would have one proof less for ever.
    if (size < 0 && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        throw Error(ExitStatus::io,
                    std::string("cannot read the boot id in '") + path + "': " + errno_text(errno) + remedy(errno));
    return {text, std::find_if(text, text + std::max<ssize_t>(size, 0), [](char c) { return c <= ' '; })};
}

} // namespace

std::string boot_id()
{
    // Never changes while we live.
    static const std::string id = read_boot_id();
    return id;
}

std::string host_name()
{
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0)
        return "localhost";
    return name;
}

int processors()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) == 0)
        return std::max(CPU_COUNT(&set), 1);
    // More processors than the set can name.
    return static_cast<int>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
}

double load_average()
{
    double load = 0;
    if (::getloadavg(&load, 1) != 1)
        throw Error(ExitStatus::io,
                    "cannot tell the load, as run.max_load asks: " + errno_text(errno) + remedy(errno));
    return load;
}

ProcessIdentity own_identity()
{
    const auto process = read_process(::getpid());
    if (!process) // of another PID namespace
        throw Error(ExitStatus::unavailable, "/proc does not show this process: mount it for this PID namespace");
    return {.pid = ::getpid(), .start_ticks = process->start_ticks, .boot_id = boot_id()};
}

std::optional<std::string> environment_variable(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    if (value == nullptr)
        return std::nullopt;
    return value;
}

} // namespace escher::os
