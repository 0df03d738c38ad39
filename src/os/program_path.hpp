#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace escher::os {

/// The files that `program` may stand for, in the order of `path` (as $PATH; an empty element is the current
/// directory). A program with a slash stands for itself.
[[nodiscard]] std::vector<std::string> program_candidates(const std::string& program, const std::string& path);

/// The PATH of a job of this user, where the config sets none.
[[nodiscard]] const char* default_search_path(uid_t user);

} // namespace escher::os
