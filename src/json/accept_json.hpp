#pragma once

#include <escher/job.hpp>

#include <span>
#include <string>
#include <string_view>

namespace escher {

/// A job of a held database, and what is known of its fate since that database was what it is.
struct HeldJob {
    Job job;
    std::string_view since; ///< "ran", "new", "unknown"
};

/// What `accept --list` prints: {"schema": 1, "held", "jobs": [{"id", "name", "state", "created_at", "since"}]}.
/// `held`: why ticks start nothing; empty: null.
[[nodiscard]] std::string held_jobs_json(std::string_view held, std::span<const HeldJob> jobs);

/// What the other forms print: {"schema": 1, "accepted": true, "run": [ID], "cancelled": [ID]}.
[[nodiscard]] std::string accepted_json(std::span<const JobId> run, std::span<const JobId> cancelled);

} // namespace escher
