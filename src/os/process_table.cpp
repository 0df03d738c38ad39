#include "os/process_table.hpp"

#include "os/fd.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>

namespace escher::os {

namespace {

/// Everything up to `at_most` bytes of a /proc file; none: it cannot be opened or read.
std::optional<std::string> read_proc(const std::string& path, std::size_t at_most)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return std::nullopt;
    std::string text;
    while (text.size() < at_most) {
        const std::size_t old = text.size();
        text.resize(std::min(at_most, old == 0 ? std::size_t{4096} : old * 2));
        const ssize_t got = ::read(fd.get(), text.data() + old, text.size() - old);
        text.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno != EINTR)
            return std::nullopt;
        if (got == 0)
            break;
    }
    return text;
}

std::string proc_path(pid_t pid, std::string_view what)
{
    return "/proc/" + std::to_string(pid).append(what);
}

std::string read_link(const std::string& path)
{
    char target[4096];
    const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    return length <= 0 ? std::string{} : std::string(target, static_cast<std::size_t>(length));
}

template<typename Number>
bool parse_number(std::string_view text, Number& number)
{
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    return result.ec == std::errc{} && result.ptr == text.data() + text.size();
}

/// Cuts the first word off `text`.
std::string_view next_word(std::string_view& text)
{
    const auto from = std::min(text.find_first_not_of(" \n"), text.size());
    const auto to = std::min(text.find_first_of(" \n", from), text.size());
    const auto word = text.substr(from, to - from);
    text.remove_prefix(to);
    return word;
}

} // namespace

std::optional<ProcessStat> read_process(pid_t pid)
{
    const auto stat = read_proc(proc_path(pid, "/stat"), 4096);
    if (!stat)
        return std::nullopt;
    // The name, field 2, may hold anything, blanks and parentheses included: the fields count from the last ')'.
    const auto name_end = stat->rfind(')');
    if (name_end == std::string::npos)
        return std::nullopt;
    std::string_view rest = std::string_view(*stat).substr(name_end + 1);

    ProcessStat process{.pid = pid};
    const auto state = next_word(rest);
    if (state.empty())
        return std::nullopt;
    process.state = state.front();
    constexpr int parent_field = 4;
    constexpr int session_field = 6;
    constexpr int start_field = 22;
    for (int field = parent_field; field <= start_field; ++field) {
        const auto word = next_word(rest);
        if ((field == parent_field && !parse_number(word, process.parent)) ||
            (field == session_field && !parse_number(word, process.session)) ||
            (field == start_field && !parse_number(word, process.start_ticks)))
            return std::nullopt;
    }
    return process;
}

std::optional<std::vector<pid_t>> all_processes()
{
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc"), &::closedir);
    if (!directory)
        return std::nullopt;
    std::vector<pid_t> pids;
    while (const dirent* entry = ::readdir(directory.get())) {
        pid_t pid = 0;
        if (parse_number(std::string_view(entry->d_name), pid))
            pids.push_back(pid);
    }
    // A process always sees itself: a /proc that does not show it is no witness.
    std::sort(pids.begin(), pids.end());
    if (!std::binary_search(pids.begin(), pids.end(), ::getpid()))
        return std::nullopt;
    return pids;
}

std::vector<pid_t> own_children()
{
    std::vector<pid_t> children;
    if (const auto text = read_proc("/proc/thread-self/children", 1 << 22)) {
        std::string_view rest = *text;
        for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
            pid_t pid = 0;
            if (parse_number(word, pid))
                children.push_back(pid);
        }
        return children;
    }
    // A kernel without CONFIG_PROC_CHILDREN.
    for (const pid_t pid : all_processes().value_or(std::vector<pid_t>{})) {
        const auto process = read_process(pid);
        if (process && process->parent == ::getpid())
            children.push_back(pid);
    }
    return children;
}

EnvironmentTags environment_tags(pid_t pid, const std::string& instance)
{
    EnvironmentTags tags;
    constexpr std::size_t largest_environment = 8 << 20; // the kernel allows 6 MiB for arguments and environment
    const auto environment = read_proc(proc_path(pid, "/environ"), largest_environment);
    if (!environment)
        return tags;
    tags.empty = environment->empty();
    constexpr std::string_view run_name = "ESCHER_RUN_ID=";
    constexpr std::string_view instance_name = "ESCHER_INSTANCE=";
    constexpr std::string_view detached_name = "ESCHER_CRON_DETACHED=";
    std::optional<RunId> run;
    bool ours = false;
    for (std::string_view rest = *environment; !rest.empty();) {
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
        const auto target = read_link(proc_path(pid, descriptor));
        if (target == path || target == path + " (deleted)")
            return true;
    }
    return false;
}

std::string path_of_descriptor(int fd)
{
    return read_link("/proc/self/fd/" + std::to_string(fd));
}

} // namespace escher::os
