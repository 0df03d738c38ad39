#pragma once

#include <escher/run.hpp>

#include <string>

namespace escher {

/// The name, inside output.directory, of the file that a run's output goes to. No two runs of a database share one.
[[nodiscard]] inline std::string output_name(JobId job, RunId run)
{
    return std::to_string(static_cast<std::int64_t>(job)) + "." + std::to_string(static_cast<std::int64_t>(run)) +
           ".log";
}

} // namespace escher
