#include "os/host.hpp"

#include "os/errno_text.hpp"
#include "os/fd.hpp"
#include "os/process_table.hpp"

#include <escher/error.hpp>

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/vfs.h>
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

struct BootId {
    std::string text;
    bool of_kernel = false;
};

constexpr const char* boot_id_file = "/proc/sys/kernel/random/boot_id";

/// True for a file of procfs itself, with nothing mounted over it. Throws Error if that cannot be told.
bool is_of_kernel(int fd)
{
    struct statfs about = {};
    struct statx file = {};
    const bool told = ::fstatfs(fd, &about) == 0 &&
                      (about.f_type != PROC_SUPER_MAGIC || ::statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &file) == 0);
    if (!told && errno != ENOSYS && errno != EINVAL && errno != EPERM) // a kernel or a sandbox without statx(2)
        throw Error(ErrorKind::io,
                    std::string("cannot examine '") + boot_id_file + "': " + errno_text(errno) + remedy(errno));
    return told && about.f_type == PROC_SUPER_MAGIC && (file.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
           (file.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
}

BootId read_boot_id()
{
    static constexpr const char* path = boot_id_file;
    const Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
    char text[64] = {};
    const ssize_t size = fd ? ::read(fd.get(), text, sizeof text - 1) : -1;
    // Without it in a row, recovery would have one proof less for ever.
    if (size < 0 && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        throw Error(ErrorKind::io,
                    std::string("cannot read the boot id in '") + path + "': " + errno_text(errno) + remedy(errno));
    const char* const end = std::find_if(text, text + std::max<ssize_t>(size, 0), [](char c) { return c <= ' '; });
    return {std::string(static_cast<const char*>(text), end), fd && is_of_kernel(fd.get())};
}

const BootId& own_boot()
{
    // Never changes while we live.
    static const BootId id = read_boot_id();
    return id;
}

} // namespace

std::string boot_id()
{
    return own_boot().text;
}

std::string kernel_boot_id()
{
    return own_boot().of_kernel ? own_boot().text : std::string();
}

Kernel kernel_of(const std::string& boot_id)
{
    const auto ours = kernel_boot_id();
    if (boot_id.empty() || ours.empty())
        return Kernel::unknown;
    return boot_id == ours ? Kernel::this_one : Kernel::another;
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
        throw Error(ErrorKind::io,
                    "cannot tell the load, as run.max_load asks: " + errno_text(errno) + remedy(errno));
    return load;
}

std::optional<double> known_load()
try {
    return load_average();
} catch (const Error&) {
    return std::nullopt;
}

ProcessIdentity own_identity()
{
    const auto process = read_process(::getpid());
    if (!process) // of another PID namespace
        throw Error(ErrorKind::unavailable, "/proc does not show this process: mount it for this PID namespace");
    return {.pid = ::getpid(), .start_ticks = process->start_ticks, .boot_id = kernel_boot_id()};
}

std::optional<std::string> environment_variable(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    if (value == nullptr)
        return std::nullopt;
    return value;
}

} // namespace escher::os
