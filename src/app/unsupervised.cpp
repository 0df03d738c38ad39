#include "app/unsupervised.hpp"

#include "os/runner_life.hpp"

#include <escher/error.hpp>

namespace escher {

namespace {

/// True too where that cannot be told.
bool may_live(const RunnerIdentity& runner, const std::function<bool(std::int64_t)>& mark_lives)
try {
    return os::life_of(runner, mark_lives) != os::RunnerLife::gone;
} catch (const Error&) {
    return true;
}

} // namespace

std::optional<std::string> why_unsupervised(const Run& run, const std::function<bool(std::int64_t)>& mark_lives)
{
    if (run.ended_at || may_live(run.runner, mark_lives))
        return std::nullopt;
    return "unsupervised: its tick (pid " + std::to_string(run.runner.process.pid) +
           ") is gone, the next one finds out what became of it";
}

} // namespace escher
