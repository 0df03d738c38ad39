#pragma once

#include <escher/job.hpp>

#include <span>
#include <string>

namespace escher {

/// What `prune` prints: {"schema": 1, "dry_run", "jobs": [ID]}; in a dry run they are those that would go.
[[nodiscard]] std::string prune_json(std::span<const JobId> gone, bool dry_run);

} // namespace escher
