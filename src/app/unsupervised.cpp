#include "app/unsupervised.hpp"

#include "os/host.hpp"
#include "os/lock_file.hpp"
#include "os/process_table.hpp"

#include <escher/error.hpp>

namespace escher {

namespace {

/// True too where the system does not tell.
bool runner_lives(const RunnerIdentity& runner, const std::filesystem::path& lock)
try {
    // A lock that is held is held under this very kernel, whatever boot the row tells of, and in whichever pid namespace.
    if (os::LockFile::mark_lives(lock, runner.mark))
        return true;
    const std::string boot = os::kernel_boot_id();
    if (boot.empty() || runner.process.boot_id.empty() || runner.process.pid <= 0)
        return true; // it cannot be told
    if (runner.process.boot_id != boot)
        return false;
    const auto process = os::read_process(static_cast<pid_t>(runner.process.pid));
    return process && process->lives() && process->start_ticks == runner.process.start_ticks;
} catch (const Error&) {
    return true;
}

} // namespace

std::optional<std::string> why_unsupervised(const Run& run, const std::filesystem::path& lock)
{
    if (run.ended_at || runner_lives(run.runner, lock))
        return std::nullopt;
    return "unsupervised: its tick (pid " + std::to_string(run.runner.process.pid) +
           ") is gone, the next one finds out what became of it";
}

} // namespace escher
