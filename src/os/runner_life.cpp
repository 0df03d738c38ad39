#include "os/runner_life.hpp"

#include "os/host.hpp"
#include "os/process_table.hpp"

namespace escher::os {

namespace {

bool is_there(const ProcessIdentity& identity)
{
    const auto process = read_process(static_cast<pid_t>(identity.pid));
    return process && process->lives() && process->start_ticks == identity.start_ticks;
}

} // namespace

RunnerLife life_of(const RunnerIdentity& runner, const std::function<bool(std::int64_t mark)>& mark_lives)
{
    if (mark_lives && mark_lives(runner.mark))
        return RunnerLife::lives;
    const auto kernel = kernel_of(runner.process.boot_id);
    if (kernel == Kernel::another)
        return RunnerLife::gone;
    if (runner.process.pid <= 0)
        return RunnerLife::unknown;
    if (is_there(runner.process))
        return RunnerLife::lives;
    return kernel == Kernel::this_one ? RunnerLife::gone : RunnerLife::unknown;
}

} // namespace escher::os
