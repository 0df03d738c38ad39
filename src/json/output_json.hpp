#pragma once

#include <escher/run.hpp>

#include <string>
#include <string_view>

namespace escher {

/// What `log` prints: {"schema": 1, job, run, attempt, ended, dropped_bytes, output}. `output` is what the run has
/// written so far, `dropped` how many bytes are missing from its middle.
[[nodiscard]] std::string output_json(const Run& run, std::string_view output, std::int64_t dropped);

} // namespace escher
