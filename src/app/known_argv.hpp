#pragma once

#include <escher/job.hpp>
#include <escher/policy.hpp>

#include <optional>
#include <string>
#include <vector>

namespace escher {

/// What `work` executes: its own command, whether or not that is allowed here, or its task's template filled in. None:
/// the task is not in the config, or its call is at fault.
[[nodiscard]] std::optional<std::vector<std::string>> known_argv(const Policies& policies, const Work& work);

/// What `work` runs, for people: as describe(work) does, but a schedule's own command, which no person knows as a task,
/// by its `argv`. Not yet escaped for a terminal.
[[nodiscard]] std::string describe_resolved(const Work& work, const std::optional<std::vector<std::string>>& argv);

} // namespace escher
