#include "os/oom_witness.hpp"

#include <fstream>
#include <string_view>
#include <utility>

namespace escher::os {

namespace {

std::optional<std::int64_t> oom_kills(const std::string& file)
{
    std::ifstream in(file);
    std::string name;
    std::int64_t count = 0;
    while (in >> name >> count)
        if (name == "oom_kill")
            return count;
    return std::nullopt;
}

/// The file of our control group that counts, of version 2 or 1; else the one of the whole system.
std::string counter_file()
{
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
        const auto path = line.substr(second + 1);
        std::string file;
        if (controllers.empty())
            file = "/sys/fs/cgroup" + path + "/memory.events";
        else if (("," + std::string(controllers) + ",").find(",memory,") != std::string::npos)
            file = "/sys/fs/cgroup/memory" + path + "/memory.oom_control";
        if (!file.empty() && oom_kills(file))
            return file;
    }
    return "/proc/vmstat";
}

} // namespace

void OomWitness::watch()
{
    if (!file_.empty())
        return;
    file_ = counter_file();
    seen_ = count().value_or(0);
}

bool OomWitness::has_struck()
{
    const auto now = count();
    return now && *now > std::exchange(seen_, *now);
}

std::optional<std::int64_t> OomWitness::count() const
{
    return file_.empty() ? std::nullopt : oom_kills(file_);
}

} // namespace escher::os
