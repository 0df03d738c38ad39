#include "app/argument_limits.hpp"

#include "core/job_limits.hpp"

#include <escher/error.hpp>

#include <unistd.h>

#include <algorithm>

namespace escher {

namespace {

// Arguments and environment share ARG_MAX; this much is left to the environment.
constexpr std::size_t for_environment = 16 * 1024;

std::size_t most_bytes()
{
    const long limit = ::sysconf(_SC_ARG_MAX);
    return std::max<std::size_t>(limit > 0 ? static_cast<std::size_t>(limit) : 0, JobLimits::argument + 1) -
           for_environment;
}

} // namespace

void check_argument_limits(const std::vector<std::string>& argv)
{
    std::size_t total = 0;
    for (std::size_t at = 0; at < argv.size(); ++at) {
        const std::string which = at == 0 ? "the program's name" : "argument " + std::to_string(at);
        if (argv[at].size() > JobLimits::argument)
            throw Error(ErrorKind::bad_data,
                        which + " has " + std::to_string(argv[at].size()) + " bytes; the system takes at most " +
                            std::to_string(JobLimits::argument) + ": give long data with --stdin");
        if (argv[at].find('\0') != std::string::npos)
            throw Error(ErrorKind::bad_data, which + " contains a NUL character, which no argument can");
        total += argv[at].size() + 1 + sizeof(char*);
    }
    if (total > most_bytes())
        throw Error(ErrorKind::bad_data, "the arguments take " + std::to_string(total) +
                                             " bytes; the system takes at most " + std::to_string(most_bytes()) +
                                             ": give long data with --stdin");
}

} // namespace escher
