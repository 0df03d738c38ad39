#pragma once

#include "core/id_text.hpp"

namespace escher {

/// The name, inside output.directory, of the file that a run's output goes to. No two runs of a database share one.
[[nodiscard]] inline std::string output_name(JobId job, RunId run)
{
    return to_text(job) + "." + to_text(run) + ".log";
}

} // namespace escher
