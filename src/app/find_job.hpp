#pragma once

#include <escher/store.hpp>

#include <optional>
#include <string>

namespace escher {

/// The job that a person means by `text`: an id, or a token. None: there is no such token (an id is not looked up).
/// Throws Error{usage} for a text that can be neither.
[[nodiscard]] std::optional<JobId> find_job(Store& store, const std::string& text);

/// As above, and the job exists. Throws Error{not_found}: "there is no job 17".
[[nodiscard]] Job require_job(Store& store, const std::string& text);

} // namespace escher
