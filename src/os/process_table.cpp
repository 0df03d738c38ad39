#include "os/process_table.hpp"

#include "os/errno_text.hpp"
#include "os/fd.hpp"
#include "os/next_word.hpp"

#include <escher/error.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <memory>
#include <sstream>
#include <string_view>

namespace escher::os {

namespace {

[[noreturn]] void fail(const std::string& path, int error)
{
    throw Error(ErrorKind::io, "cannot read '" + path + "': " + errno_text(error) + remedy(error));
}

/// Ways in which /proc says that a process is no more.
bool is_gone(int error)
{
    return error == ENOENT || error == ESRCH;
}

/// Ways in which it says that this user may not look.
bool is_refused(int error)
{
    return error == EACCES || error == EPERM;
}

/// What a /proc file says, or why it does not.
struct ProcText {
    std::string text;
    int error = 0; ///< an errno
};

/// Everything up to `at_most` bytes.
ProcText read_all(int fd, std::size_t at_most)
{
    std::string text;
    while (text.size() < at_most) {
        const std::size_t old = text.size();
        text.resize(std::min(at_most, old == 0 ? std::size_t{4096} : old * 2));
        const ssize_t got = ::read(fd, text.data() + old, text.size() - old);
        const int error = errno;
        text.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && error != EINTR)
            return {{}, error};
        if (got == 0)
            break;
    }
    return {std::move(text)};
}

/// The only errors are those of which is_gone() or is_refused() is true: throws for any other.
ProcText read_proc(const std::string& path, std::size_t at_most)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    auto result = fd ? read_all(fd.get(), at_most) : ProcText{{}, errno};
    if (result.error != 0 && !is_gone(result.error) && !is_refused(result.error))
        fail(path, result.error);
    return result;
}

std::string proc_path(pid_t pid, std::string_view what)
{
    return "/proc/" + std::to_string(pid).append(what);
}

template<typename Number>
bool parse_number(std::string_view text, Number& number)
{
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    return result.ec == std::errc{} && result.ptr == text.data() + text.size();
}

} // namespace

std::optional<ProcessStat> read_process(pid_t pid)
{
    const auto path = proc_path(pid, "/stat");
    const auto [stat, error] = read_proc(path, 4096);
    if (error != 0)
        return std::nullopt;
    const auto malformed = [&] { return Error(ErrorKind::io, "cannot read '" + path + "': it is malformed"); };
    // The name, field 2, may hold anything, blanks and parentheses included: the fields count from the last ')'.
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos)
        throw malformed();
    std::string_view rest = std::string_view(stat).substr(name_end + 1);

    ProcessStat process{.pid = pid};
    const auto state = next_word(rest);
    if (state.empty())
        throw malformed();
    process.state = state.front();
    unsigned flags = 0;
    constexpr int parent_field = 4;
    constexpr int session_field = 6;
    constexpr int flags_field = 9;
    constexpr int threads_field = 20;
    constexpr int start_field = 22;
    for (int field = parent_field; field <= start_field; ++field) {
        const auto word = next_word(rest);
        if ((field == parent_field && !parse_number(word, process.parent)) ||
            (field == session_field && !parse_number(word, process.session)) ||
            (field == flags_field && !parse_number(word, flags)) ||
            (field == threads_field && !parse_number(word, process.threads)) ||
            (field == start_field && !parse_number(word, process.start_ticks)))
            throw malformed();
    }
    constexpr unsigned pf_exiting = 0x4; // include/linux/sched.h
    process.exiting = (flags & pf_exiting) != 0 || process.state == 'Z';
    return process;
}

std::vector<pid_t> all_processes()
{
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc"), &::closedir);
    if (!directory)
        fail("/proc", errno);
    std::vector<pid_t> pids;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(directory.get());
        if (entry == nullptr && errno != 0)
            fail("/proc", errno);
        if (entry == nullptr)
            break;
        pid_t pid = 0;
        if (parse_number(std::string_view(entry->d_name), pid))
            pids.push_back(pid);
    }
    // A process always sees itself: a /proc that does not show it is no witness.
    std::sort(pids.begin(), pids.end());
    if (!std::binary_search(pids.begin(), pids.end(), ::getpid()))
        throw Error(ErrorKind::io, "/proc does not show this process: mount it for this PID namespace");
    return pids;
}

void OwnChildren::open()
{
    if (list_ || from_all_)
        return;
    const char* const path = "/proc/thread-self/children";
    list_ = Fd(::open(path, O_RDONLY | O_CLOEXEC));
    from_all_ = !list_ && errno == ENOENT;
    if (!list_ && !from_all_)
        fail(path, errno);
}

std::vector<pid_t> OwnChildren::read()
{
    open();
    const auto [text, error] =
        !list_ || ::lseek(list_.get(), 0, SEEK_SET) < 0 ? ProcText{{}, errno} : read_all(list_.get(), 1 << 22);
    std::vector<pid_t> children;
    if (!list_ || error != 0) { // no such list, or it fails: every process tells its parent
        for (const pid_t pid : all_processes()) {
            const auto process = read_process(pid);
            if (process && process->parent == ::getpid())
                children.push_back(pid);
        }
        return children;
    }
    std::string_view rest = text;
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
        pid_t pid = 0;
        if (parse_number(word, pid))
            children.push_back(pid);
    }
    return children;
}

std::vector<uid_t> users_of(pid_t pid)
{
    const auto status = read_proc(proc_path(pid, "/status"), 1 << 16).text;
    constexpr std::string_view name = "\nUid:";
    const auto found = status.find(name);
    if (found == std::string::npos)
        return {};
    std::vector<uid_t> users;
    std::istringstream numbers(status.substr(found + name.size()));
    for (uid_t user = 0; users.size() < 4 && numbers >> user;)
        users.push_back(user);
    return users;
}

bool is_our_program(pid_t pid)
{
    const auto users = users_of(pid);
    const auto foreign = [](uid_t user) { return user != ::geteuid(); };
    struct stat its = {};
    if (users.empty() || std::any_of(users.begin(), users.end(), foreign) ||
        ::stat(proc_path(pid, "/exe").c_str(), &its) < 0)
        return false;
    const auto is_its = [&its](const std::string& path) {
        struct stat file = {};
        return ::stat(path.c_str(), &file) == 0 && file.st_ino == its.st_ino && file.st_dev == its.st_dev;
    };
    constexpr const char* own = "/proc/self/exe";
    if (is_its(own))
        return true;
    // A new version may have been put in our place since we were started.
    char target[4096];
    const ssize_t length = ::readlink(own, target, sizeof target);
    std::string path(target, length < 0 ? 0 : static_cast<std::size_t>(length));
    constexpr std::string_view replaced = " (deleted)";
    return path.ends_with(replaced) && is_its(path.substr(0, path.size() - replaced.size()));
}

EnvironmentTags environment_tags(pid_t pid, const std::string& instance)
{
    using Sight = EnvironmentTags::Sight;
    EnvironmentTags tags;
    constexpr std::size_t largest_environment = 8 << 20; // the kernel allows 6 MiB for arguments and environment
    const auto [environment, error] = read_proc(proc_path(pid, "/environ"), largest_environment);
    if (error != 0) {
        tags.sight = is_gone(error) ? Sight::gone : Sight::refused;
        return tags;
    }
    tags.sight = environment.empty() ? Sight::empty : Sight::seen;
    constexpr std::string_view run_name = "ESCHER_RUN_ID=";
    constexpr std::string_view instance_name = "ESCHER_INSTANCE=";
    constexpr std::string_view detached_name = "ESCHER_CRON_DETACHED=";
    std::optional<RunId> run;
    bool ours = false;
    for (std::string_view rest = environment; !rest.empty();) {
        const auto end = std::min(rest.find('\0'), rest.size());
        const auto entry = rest.substr(0, end);
        std::int64_t number = 0;
        if (entry.starts_with(run_name) && parse_number(entry.substr(run_name.size()), number))
            run = RunId{number};
        else if (entry.starts_with(instance_name))
            ours = entry.substr(instance_name.size()) == instance;
        else if (entry.starts_with(detached_name))
            tags.detached_tick = true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (ours)
        tags.run = run;
    return tags;
}

bool writes_to(pid_t pid, const std::string& path)
{
    for (const std::string_view descriptor : {"/fd/1", "/fd/2"}) {
        const auto link = proc_path(pid, descriptor);
        char target[4096];
        const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
        if (length < 0) {
            if (!is_gone(errno) && !is_refused(errno))
                fail(link, errno);
            continue;
        }
        const std::string_view name(target, static_cast<std::size_t>(length));
        if (name == path || name == path + " (deleted)")
            return true;
    }
    return false;
}

std::string path_of_descriptor(int fd)
{
    char target[4096];
    const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof target);
    return length <= 0 ? std::string{} : std::string(target, static_cast<std::size_t>(length));
}

std::int64_t ticks_since_boot()
{
    static const long ticks_a_second = ::sysconf(_SC_CLK_TCK);
    timespec now = {};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * ticks_a_second + now.tv_nsec / (1'000'000'000 / ticks_a_second);
}

} // namespace escher::os
