#include "core/output_name.hpp"

#include <charconv>

namespace escher {

std::optional<std::pair<JobId, RunId>> parse_output_name(const std::string& name)
{
    std::int64_t job = 0;
    std::int64_t run = 0;
    const char* const end = name.data() + name.size();
    const auto first = std::from_chars(name.data(), end, job);
    if (first.ec != std::errc{} || first.ptr == end)
        return std::nullopt;
    if (std::from_chars(first.ptr + 1, end, run).ec != std::errc{} || name != output_name(JobId(job), RunId(run)))
        return std::nullopt;
    return std::pair(JobId(job), RunId(run));
}

} // namespace escher
