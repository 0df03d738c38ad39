#pragma once

#include <escher/job.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace escher {

/// What steering one job, by cancel or retry, came to.
struct SteeredJob {
    std::optional<JobId> job; ///< none: the token is no job's
    std::string_view result; ///< the text of a CancelResult or a RetryResult
};

/// What `cancel` and `retry` print: {"schema": 1, "jobs": [{id, result}]}.
[[nodiscard]] std::string steered_json(std::span<const SteeredJob> jobs);

} // namespace escher
