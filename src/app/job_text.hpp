#pragma once

#include <escher/job.hpp>
#include <escher/policy.hpp>

#include <string>

namespace escher {

/// "gzip -9 'a b.log'", as it could be typed into a shell; "task thumbnail id=42". Not yet escaped for a terminal.
[[nodiscard]] std::string describe(const Work& work);

/// One word as it could be typed into a shell.
[[nodiscard]] std::string shell_quoted(const std::string& word);

/// What matters of its time in its state: "in 2 h 5 m", "for 41 s", "3 m 10 s ago".
[[nodiscard]] std::string when(const Job& job, Time now);

/// "40 %, resizing"; empty: it has told nothing.
[[nodiscard]] std::string progress_text(const Job& job);

/// "timeout 10m, then KILL after 30s; 2 retries, after 16s, 31s, ...; leftovers are killed".
[[nodiscard]] std::string describe(const JobPolicy& policy);

} // namespace escher
