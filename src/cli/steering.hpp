#pragma once

#include "cli/context.hpp"

#include <functional>
#include <span>

namespace escher::cli {

/// What came of steering one job.
struct Steered {
    bool done = false; ///< false: the exit status will be 1
    std::string_view result; ///< for JSON: the text of a CancelResult or RetryResult
    std::string narration;
};

/// Does `steer` to each job that `references` (ids or tokens) name, one after the other whatever becomes of the others,
/// and tells what came of it. Returns the exit status. `verb` names the deed in messages.
int steer_each(Context& context, Store& store, std::span<const std::string> references, const std::string& verb,
               const std::function<Steered(JobId)>& steer);

} // namespace escher::cli
