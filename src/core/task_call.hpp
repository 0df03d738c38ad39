#pragma once

#include <escher/job.hpp>
#include <escher/policy.hpp>

#include <stdexcept>

namespace escher {

/// Why a job cannot be run as it stands; the text is for its creator.
class RejectedJob : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What a job runs, its task's template filled in.
struct Invocation {
    std::vector<std::string> argv;
    std::optional<std::string> input; ///< the task's own stdin; none: the job's
    const Task* task = nullptr; ///< null: a command of its own
};

/// Resolves `work` by the config: checks that commands are allowed, that the task exists, that every parameter is
/// known, present and matches its pattern in full. Throws RejectedJob.
[[nodiscard]] Invocation resolve(const Policies& policies, const Work& work);

/// The names that `{name}` in `text` refers to; `{{` and `}}` are literal braces. Throws std::invalid_argument.
[[nodiscard]] std::vector<std::string> placeholders(const std::string& text);

} // namespace escher
