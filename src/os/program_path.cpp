#include "os/program_path.hpp"

#include <algorithm>

namespace escher::os {

std::vector<std::string> program_candidates(const std::string& program, const std::string& path)
{
    if (program.empty() || program.find('/') != std::string::npos)
        return {program};
    std::vector<std::string> candidates;
    for (std::size_t from = 0; from <= path.size();) {
        const std::size_t to = std::min(path.find(':', from), path.size());
        const std::string directory = path.substr(from, to - from);
        candidates.push_back(directory.empty() ? "./" + program : directory + "/" + program);
        from = to + 1;
    }
    return candidates;
}

const char* default_search_path(uid_t user)
{
    return user == 0 ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
                     : "/usr/local/bin:/usr/bin:/bin";
}

} // namespace escher::os
