#pragma once

#include <escher/job.hpp>

#include <string>

namespace escher {

[[nodiscard]] constexpr std::int64_t number_of(JobId job) noexcept
{
    return static_cast<std::int64_t>(job);
}

[[nodiscard]] constexpr std::int64_t number_of(RunId run) noexcept
{
    return static_cast<std::int64_t>(run);
}

/// The digits, as people and other programs write them.
[[nodiscard]] inline std::string to_text(JobId job)
{
    return std::to_string(number_of(job));
}

[[nodiscard]] inline std::string to_text(RunId run)
{
    return std::to_string(number_of(run));
}

} // namespace escher
