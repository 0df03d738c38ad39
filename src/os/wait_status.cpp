#include "os/wait_status.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

namespace escher::os {

Outcome outcome_of(int status)
{
    if (WIFEXITED(status))
        return Exited{WEXITSTATUS(status)};
    return Signaled{.signal = WTERMSIG(status), .core = WCOREDUMP(status) != 0};
}

ResourceUsage usage_of(const rusage& usage)
{
    const auto milliseconds = [](const timeval& time) {
        return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                    std::chrono::microseconds(time.tv_usec));
    };
    return {.cpu_user = milliseconds(usage.ru_utime),
            .cpu_system = milliseconds(usage.ru_stime),
            .peak_memory_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024};
}

} // namespace escher::os
