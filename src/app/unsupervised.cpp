#include "app/unsupervised.hpp"

#include "os/lock_file.hpp"
#include "os/runner_life.hpp"

#include <escher/error.hpp>

namespace escher {

namespace {

/// True too where that cannot be told.
bool may_live(const RunnerIdentity& runner, const std::filesystem::path& lock)
try {
    const auto mark_lives = [&lock](std::int64_t mark) { return os::LockFile::mark_lives(lock, mark); };
    return os::life_of(runner, mark_lives) != os::RunnerLife::gone;
} catch (const Error&) {
    return true;
}

} // namespace

std::optional<std::string> why_unsupervised(const Run& run, const std::filesystem::path& lock)
{
    if (run.ended_at || may_live(run.runner, lock))
        return std::nullopt;
    return "unsupervised: its tick (pid " + std::to_string(run.runner.process.pid) +
           ") is gone, the next one finds out what became of it";
}

} // namespace escher
