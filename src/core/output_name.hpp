#pragma once

#include "core/id_text.hpp"

#include <escher/run.hpp>

#include <optional>
#include <string>
#include <utility>

namespace escher {

/// The name, inside output.directory, of the file that a run's output goes to. No two runs of a database share one. It is
/// always made from the ids, never taken from a row: who writes rows would choose what is shown and deleted.
[[nodiscard]] inline std::string output_name(JobId job, RunId run)
{
    return to_text(job) + "." + to_text(run) + ".log";
}

[[nodiscard]] inline std::string output_name(const Run& run)
{
    return output_name(run.job, run.id);
}

/// The job and the run whose output has this name; none: no run's has.
[[nodiscard]] std::optional<std::pair<JobId, RunId>> parse_output_name(const std::string& name);

} // namespace escher
